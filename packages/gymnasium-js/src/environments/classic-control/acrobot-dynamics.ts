import { accurateCos, accurateSin } from "./accurate-trigonometry.ts";
import { roundedSquare } from "./rounded-square.ts";

/** Whose equations of motion: Sutton and Barto's book, or the NIPS paper of 1996, which lacks a term. */
export type AcrobotEquations = "book" | "nips";

/** kg, m, m, kg m², m/s²; both links are alike. */
const MASS = 1;
const LENGTH = 1;
const CENTER = 0.5;
const INERTIA = 1;
const GRAVITY = 9.8;

/**
 * The rates of change of θ₁, θ₂, θ̇₁, θ̇₂ under a torque on the joint between the links.
 *
 * With d₁, d₂ the inertias and φ₁, φ₂ the gravity and Coriolis terms of Sutton and Barto's figure 11.4:
 * θ̈₂ = (τ + d₂/d₁·φ₁ − m l₁ l_c θ̇₁² sin θ₂ − φ₂) / (m l_c² + I − d₂²/d₁), θ̈₁ = −(d₂ θ̈₂ + φ₁)/d₁.
 *
 * @param state - θ₁, θ₂ in rad, θ̇₁, θ̇₂ in rad/s, `[4]`.
 * @param torque - N m.
 * @param out - receives the four rates.
 */
export function acrobotDerivative(
  state: Float64Array,
  torque: number,
  equations: AcrobotEquations,
  out: Float64Array,
): void {
  const theta1 = state[0]!;
  const theta2 = state[1]!;
  const velocity1 = state[2]!;
  const velocity2 = state[3]!;
  const sine2 = accurateSin(theta2);
  const cosine2 = accurateCos(theta2);
  const d1 =
    MASS * CENTER ** 2 +
    MASS * (LENGTH ** 2 + CENTER ** 2 + 2 * LENGTH * CENTER * cosine2) +
    INERTIA +
    INERTIA;
  const d2 = MASS * (CENTER ** 2 + LENGTH * CENTER * cosine2) + INERTIA;
  const phi2 = MASS * CENTER * GRAVITY * accurateCos(theta1 + theta2 - Math.PI / 2);
  const phi1 =
    -MASS * LENGTH * CENTER * roundedSquare(velocity2) * sine2 -
    2 * MASS * LENGTH * CENTER * velocity2 * velocity1 * sine2 +
    (MASS * CENTER + MASS * LENGTH) * GRAVITY * accurateCos(theta1 - Math.PI / 2) +
    phi2;
  const missing = equations === "book" ? MASS * LENGTH * CENTER * roundedSquare(velocity1) * sine2 : 0;
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - missing - phi2) / (MASS * CENTER ** 2 + INERTIA - roundedSquare(d2) / d1);
  out[0] = velocity1;
  out[1] = velocity2;
  out[2] = -(d2 * acceleration2 + phi1) / d1;
  out[3] = acceleration2;
}

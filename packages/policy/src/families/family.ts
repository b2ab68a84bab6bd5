import {
  add,
  cast,
  GradbridgeError,
  less,
  mul,
  neg,
  softplus,
  sub,
  type Tensor,
  where,
} from "@gradbridge/core";

/**
 * A natural exponential family q(y) = h(y) exp(⟨η, T(y)⟩ − A(η)): a distribution of labels whose natural parameter η a
 * network estimates. The mean of T(y) is ŷ = ∂A/∂η, so ∂(−log q)/∂η = ŷ − T(y), whatever the family: seeding η with it
 * trains without a loss.
 *
 * Scalar families work element by element: η, y and every result have one shape. `categorical(k)` has η [..., k]. A y of
 * dtype int32 is taken as η's dtype. An η outside its domain gives NaN, which `backward` refuses as a seed.
 */
export interface Family {
  readonly name: string;
  /** The values η may take. */
  readonly domain: "real" | "negative";
  /**
   * Maps any real output z of a network into the domain: z itself, or −softplus(z) where η must be negative. Seed the
   * result: autograd carries the seed on to z (where it becomes (ŷ − T(y)) · −σ(z)).
   */
  naturalParameter(z: Tensor): Tensor;
  /** ŷ = E[T(y)] = ∂A/∂η, in η's shape. Its inverse is the canonical link. */
  inverseLink(eta: Tensor): Tensor;
  /** T(y): y itself; for `categorical` the one-hot rows [..., k]. */
  sufficientStatistic(y: Tensor): Tensor;
  /** A(η), in η's shape; for `categorical` [...]. */
  logPartition(eta: Tensor): Tensor;
  /** ∂²A/∂η² = Var T(y), in η's shape; for `categorical` the matrices [..., k, k]. */
  fisher(eta: Tensor): Tensor;
  /**
   * −log q(y), normalised, one number per label; not reduced.
   * @throws code `shape` where y does not fit η, `dtype` where both are float and differ.
   */
  negativeLogLikelihood(eta: Tensor, y: Tensor): Tensor;
  /**
   * ŷ − T(y) = ∂(−log q)/∂η, in η's shape: the seed of a sum over labels; divide by their number for the mean.
   * @throws as {@link Family.negativeLogLikelihood}.
   */
  seed(eta: Tensor, y: Tensor): Tensor;
}

/** What distinguishes one scalar family from another. Functions of η see values inside the domain, or NaN. */
export interface ScalarFamilyDefinition {
  readonly name: string;
  /** Default `real`. */
  readonly domain?: "real" | "negative";
  inverseLink(eta: Tensor): Tensor;
  logPartition(eta: Tensor): Tensor;
  fisher(eta: Tensor): Tensor;
  /** −log h(y). Default: 0. */
  negativeLogBase?(y: Tensor): Tensor;
  /** −log q(y), where A(η) − η y − log h(y) would lose digits. Default: that sum. */
  negativeLogLikelihood?(eta: Tensor, y: Tensor): Tensor;
}

/** A family over single numbers with T(y) = y, from its closed forms. Yours may be made with it as ours are. */
export function defineFamily(definition: ScalarFamilyDefinition): Family {
  const { name, domain = "real", inverseLink, logPartition, fisher, negativeLogBase } = definition;
  const negativeLogLikelihood =
    definition.negativeLogLikelihood ??
    ((eta: Tensor, y: Tensor) => {
      const kernel = sub(logPartition(eta), mul(eta, y));
      return negativeLogBase === undefined ? kernel : add(kernel, negativeLogBase(y));
    });
  const inDomain = (eta: Tensor): Tensor => (domain === "real" ? eta : where(less(eta, 0), eta, Number.NaN));
  return {
    name,
    domain,
    naturalParameter: (z) => (domain === "real" ? z : neg(softplus(z))),
    inverseLink: (eta) => inverseLink(inDomain(eta)),
    sufficientStatistic: (y) => y,
    logPartition: (eta) => logPartition(inDomain(eta)),
    fisher: (eta) => fisher(inDomain(eta)),
    negativeLogLikelihood: (eta, y) => negativeLogLikelihood(inDomain(eta), labelsFor(name, eta, y)),
    seed: (eta, y) => sub(inverseLink(inDomain(eta)), labelsFor(name, eta, y)),
  };
}

function labelsFor(family: string, eta: Tensor, y: Tensor): Tensor {
  if (y.shape.join() !== eta.shape.join()) {
    throw new GradbridgeError(
      "shape",
      `${family}: y is [${y.shape.join(", ")}], η [${eta.shape.join(", ")}]. They must be equal: labels do not broadcast.`,
    );
  }
  return y.dtype === "int32" ? cast(y, eta.dtype) : y;
}

/**
 * Refuses a parameter that is not a positive, finite number.
 * @throws code `option`.
 */
export function checkPositive(family: string, parameter: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) {
    throw new GradbridgeError("option", `${family}: ${parameter} must be a positive number, got ${value}.`);
  }
}

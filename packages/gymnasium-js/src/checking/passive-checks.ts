import type { Env, RenderFrame, ResetOptions, ResetResult, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { Discrete } from "../spaces/discrete.ts";
import { dtypeOf, sizeOf } from "../spaces/dtype.ts";
import { MultiBinary } from "../spaces/multi-binary.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import { describe, type ElementOf, isArrayLike, Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { warn } from "../warning.ts";

/** Which of an environment's two spaces is looked at. */
export type SpaceRole = "observation" | "action";

/**
 * Looks at a declared space, and at its children.
 *
 * Warns of a `Box` place whose bounds are equal.
 *
 * @throws GymnasiumError `bad-space` for anything that is not a space, and for empty composite spaces.
 */
export function checkSpace(space: unknown, role: SpaceRole): void {
  if (!(space instanceof Space)) {
    throw new GymnasiumError(
      "bad-space",
      `The environment's ${role}Space must be a Space (Box, Discrete, …), got ${describe(space)}.`,
    );
  }
  if (space instanceof Box) {
    if (Array.from(space.low as ArrayLike<number>).some((low, i) => low === space.high[i])) {
      warn(`A place of the ${role} space ${space} has equal bounds: it can hold one value only.`);
    }
  } else if (space instanceof MultiBinary) {
    if (sizeOf(space.shape) === 0)
      throw new GymnasiumError("bad-space", `The ${role} space ${space} is empty.`);
  } else if (space instanceof Tuple || space instanceof Dict) {
    const children: readonly Space[] = space instanceof Tuple ? space.spaces : Object.values(space.spaces);
    if (children.length === 0)
      throw new GymnasiumError("bad-space", `The ${role} space ${space} has no children.`);
    for (const child of children) checkSpace(child, role);
  }
}

/**
 * Looks at an observation: its type first, then whether it lies in the space. Doubts are warnings.
 *
 * @throws GymnasiumError `bad-observation` where a composite observation does not have the space's children.
 */
function checkObservation(observation: unknown, space: Space, method: "reset" | "step"): void {
  const what = `The observation returned by ${method}()`;
  if (space instanceof Discrete) {
    if (!Number.isInteger(observation))
      warn(`${what} should be a whole number, got ${describe(observation)}.`);
  } else if (space instanceof Box || space instanceof MultiBinary || space instanceof MultiDiscrete) {
    const dtype = dtypeOf(observation);
    const wanted = space.dtype === "bool" ? "uint8" : space.dtype;
    if (dtype !== wanted) {
      warn(`${what} should be a typed array of ${wanted}, got ${describe(observation)}.`);
    }
  } else if (space instanceof Tuple) {
    if (!Array.isArray(observation) || observation.length !== space.spaces.length) {
      throw new GymnasiumError(
        "bad-observation",
        `${what} must be an array of ${space.spaces.length} for ${space}, got ${describe(observation)}.`,
      );
    }
    space.spaces.forEach((child: Space, index: number) => {
      checkObservation(observation[index], child, method);
    });
  } else if (space instanceof Dict) {
    const keys = Object.keys(space.spaces);
    const isRecord = typeof observation === "object" && observation !== null && !isArrayLike(observation);
    if (!isRecord || String(Object.keys(observation).sort()) !== String([...keys].sort())) {
      throw new GymnasiumError(
        "bad-observation",
        `${what} must be an object with the keys ${keys.join(", ")}, got ${describe(observation)}.`,
      );
    }
    for (const key of keys) {
      checkObservation((observation as Record<string, unknown>)[key], space.spaces[key] as Space, method);
    }
  }
  if (!space.contains(observation)) warn(`${what} is not within ${space}: ${describe(observation)}.`);
}

/** Calls `reset` and looks at what it gives. Throws `bad-result` unless that is `[observation, info]`. */
export function checkedReset<O extends Space, A extends Space>(
  env: Env<O, A>,
  options?: ResetOptions,
): ResetResult<ElementOf<O>> {
  const result: unknown = env.reset(options);
  if (!Array.isArray(result) || result.length !== 2) {
    throw new GymnasiumError(
      "bad-result",
      `reset() must return [observation, info], got ${describe(result)}.`,
    );
  }
  checkObservation(result[0], env.observationSpace, "reset");
  checkInfo(result[1], "reset");
  return result as ResetResult<ElementOf<O>>;
}

/** Calls `step` and looks at what it gives. Throws `bad-result` unless that has five elements. */
export function checkedStep<O extends Space, A extends Space>(
  env: Env<O, A>,
  action: ElementOf<A>,
): StepResult<ElementOf<O>> {
  const result: unknown = env.step(action);
  if (!Array.isArray(result) || result.length !== 5) {
    throw new GymnasiumError(
      "bad-result",
      `step() must return [observation, reward, terminated, truncated, info], got ${describe(result)}.`,
    );
  }
  const [observation, reward, terminated, truncated, info] = result as unknown[];
  if (typeof terminated !== "boolean")
    warn(`step() should return terminated as a boolean, got ${describe(terminated)}.`);
  if (typeof truncated !== "boolean")
    warn(`step() should return truncated as a boolean, got ${describe(truncated)}.`);
  checkObservation(observation, env.observationSpace, "step");
  if (typeof reward !== "number")
    warn(`The reward returned by step() must be a number, got ${describe(reward)}.`);
  else if (Number.isNaN(reward)) warn("The reward returned by step() is NaN.");
  else if (!Number.isFinite(reward)) warn(`The reward returned by step() is ${reward}.`);
  checkInfo(info, "step");
  return result as StepResult<ElementOf<O>>;
}

function checkInfo(info: unknown, method: string): void {
  if (typeof info === "object" && info !== null && !isArrayLike(info)) return;
  throw new GymnasiumError(
    "bad-result",
    `The info returned by ${method}() must be an object, got ${describe(info)}.`,
  );
}

/**
 * Calls `render` and looks at the declared modes and at the frame.
 *
 * @throws GymnasiumError `invalid-metadata` where the frame rate is not positive, `unsupported-mode` where the
 *   environment was made with a mode it does not declare.
 */
export function checkedRender(env: Env): RenderFrame | readonly RenderFrame[] | null {
  const { renderModes, renderFps } = env.metadata as { renderModes?: unknown; renderFps?: unknown };
  if (!Array.isArray(renderModes) || !renderModes.every((mode) => typeof mode === "string")) {
    warn(`metadata.renderModes should list the render modes as strings, got ${describe(renderModes)}.`);
  } else {
    if (renderModes.length > 0 && renderFps === undefined) {
      warn("metadata.renderFps is not declared; rendering may run at any speed.");
    } else if (renderFps !== undefined && !(typeof renderFps === "number" && renderFps > 0)) {
      throw new GymnasiumError(
        "invalid-metadata",
        `metadata.renderFps must be a number > 0, got ${describe(renderFps)}.`,
      );
    }
    const mode = env.renderMode;
    if (mode !== null && !renderModes.includes(mode)) {
      throw new GymnasiumError(
        "unsupported-mode",
        `The environment was made with renderMode ${JSON.stringify(mode)}, but declares [${renderModes.join(", ")}].`,
      );
    }
  }
  const frame = env.render();
  if (env.renderMode !== null) checkFrame(env.renderMode, frame);
  return frame;
}

/** Warns where a frame is not what `mode` promises. */
function checkFrame(mode: string, frame: unknown): void {
  if (mode.endsWith("_list")) {
    if (!Array.isArray(frame)) warn(`Render mode ${mode} should give an array, got ${describe(frame)}.`);
    else for (const item of frame) checkFrame(mode.slice(0, -"_list".length), item);
  } else if (mode === "rgb_array") {
    const image = frame as { height?: unknown; width?: unknown; data?: unknown } | null;
    const isImage = typeof image === "object" && image !== null && image.data instanceof Uint8Array;
    if (!isImage || (image.data as Uint8Array).length !== Number(image.height) * Number(image.width) * 3) {
      warn(
        `Render mode rgb_array should give { height, width, data: Uint8Array(height·width·3) }, got ${describe(frame)}.`,
      );
    }
  } else if ((mode === "ansi" || mode === "ascii") && typeof frame !== "string") {
    warn(`Render mode ${mode} should give a string, got ${describe(frame)}.`);
  } else if (mode === "human" && frame !== null) {
    warn(`Render mode human should give null, got ${describe(frame)}.`);
  }
}

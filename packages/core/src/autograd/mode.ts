/** Whether operations record how to differentiate them, and how carefully. Internal: one flag each, read per operation. */
export const mode: { recording: boolean; anomaly: boolean } = { recording: true, anomaly: false };

function withRecording<R>(recording: boolean, fn: () => R): R {
  const before = mode.recording;
  mode.recording = recording;
  try {
    return fn();
  } finally {
    mode.recording = before;
  }
}

/** Runs `fn` without recording: its results need no gradient. */
export function noGrad<R>(fn: () => R): R {
  return withRecording(false, fn);
}

/** Runs `fn` with recording on, inside a `noGrad`. */
export function enableGrad<R>(fn: () => R): R {
  return withRecording(true, fn);
}

/**
 * Runs `fn` (forward and backward) in a slow, careful mode: every operation remembers where it was called, and
 * a backward pass that makes a NaN or an infinity (PyTorch: a NaN) stops at the operation that made it.
 * @throws from the backward pass, code `anomaly`, with the operation's name and the place of its call.
 */
export function detectAnomaly<R>(fn: () => R): R {
  const before = mode.anomaly;
  mode.anomaly = true;
  try {
    return fn();
  } finally {
    mode.anomaly = before;
  }
}

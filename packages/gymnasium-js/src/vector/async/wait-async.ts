/** `Atomics.waitAsync` of ES2024, which Node has since version 16 and TypeScript's ES2023 library does not know. */
type NativeWaitAsync = (
  words: Int32Array,
  place: number,
  value: number,
) => { readonly async: boolean; readonly value: string | Promise<string> };

/** Waits without blocking until `words[place]` is woken by `Atomics.notify`; at once where it is not `value`. */
export async function waitAsync(words: Int32Array, place: number, value: number): Promise<void> {
  const { waitAsync: native } = Atomics as unknown as { readonly waitAsync: NativeWaitAsync };
  await native(words, place, value).value;
}

/** The value of a promise, or `null` after so many milliseconds. Keeps the process alive until then. */
export async function inTime<T>(promise: Promise<T>, milliseconds: number | null): Promise<T | null> {
  let timer: ReturnType<typeof setInterval>;
  const late = new Promise<null>((resolve) => {
    timer = setInterval(() => milliseconds !== null && resolve(null), milliseconds ?? 2 ** 30);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearInterval(timer!);
  }
}

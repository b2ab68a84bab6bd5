/**
 * Where the code of the worker threads is: `worker.js` beside this file.
 *
 * Worker threads are plain Node, which cannot load TypeScript. Where this file itself runs from the sources (`src`, as
 * in tests), the worker is the built one in `dist`. The address is put together so that bundlers for browsers do not
 * follow it.
 */
export function workerUrl(): URL {
  const here = import.meta.url;
  const folder = here.slice(0, here.lastIndexOf("/") + 1);
  return new URL(
    `${here.endsWith(".ts") ? folder.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : folder}worker.js`,
  );
}

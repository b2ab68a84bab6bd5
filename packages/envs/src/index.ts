export {
  type BlackBoxContext,
  type BlackBoxEnvironment,
  type BlackBoxOptions,
  blackBox,
  blackBoxVector,
} from "./black-box.ts";
export type { BlackBoxVectorEnv } from "./black-box-vector-env.ts";
export { checkEnvPlugin, type EnvironmentReport } from "./check-env-plugin.ts";
export { defineEnvPlugin, type EnvPlugin, type PluginEnvironment } from "./define-env-plugin.ts";
export { EnvPluginError } from "./env-plugin-error.ts";
export { type LoadEnvPluginOptions, loadEnvPlugin } from "./load-env-plugin.ts";
export { ChildProgram, type ProgramOptions, type ProgramRole } from "./programs/child-program.ts";
export { ChildProgramError, type ChildProgramErrorCode } from "./programs/child-program-error.ts";
export type { Frame, FrameArray, FrameValues } from "./programs/frame.ts";
export { type PythonGymnasiumOptions, pythonGymnasium } from "./python/python-gymnasium.ts";
export { pluginEnvironment, registerEnvPlugin, unregisterEnvPlugin } from "./register-env-plugin.ts";

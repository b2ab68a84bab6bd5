/**
 * Run before every test file: tells WebGPU in Node where to find SwiftShader, a Vulkan driver that runs on the processor,
 * so that the tests of the device `webgpu` need no GPU. It comes with Chromium (`apt-get install chromium`).
 *
 * Nothing is changed where VK_ICD_FILENAMES says what to use or where there is a graphics card. Where neither is there nor
 * SwiftShader in the usual places, those tests are skipped and say why.
 */
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Where Chromium's packages put the driver: Debian's, Fedora's, Arch's, Google's. */
const drivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];
const graphicsCards = ["/dev/dri/renderD128", "/dev/nvidia0", "/dev/dxg"];

/** As in dlfcn.h of glibc: resolve lazily, and stay loaded after the handle is closed. */
const lazyAndForGood = 0x1 | 0x1000;

const { env } = process;
const driver = drivers.find(existsSync);
if (driver !== undefined && env.VK_ICD_FILENAMES === undefined && !graphicsCards.some(existsSync)) {
  env.VK_ICD_FILENAMES = driver;
  if (env.XDG_RUNTIME_DIR === undefined) {
    env.XDG_RUNTIME_DIR = join(tmpdir(), "gradbridge-runtime");
    mkdirSync(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
  }
  // Dawn asks for libvulkan.so.1 by name: the one beside the driver will do, once it is loaded
  const loader = join(dirname(driver), "libvulkan.so.1");
  if (existsSync(loader)) {
    try {
      process.dlopen({ exports: {} }, loader, lazyAndForGood);
    } catch {
      // it is no module of Node's, which is all that Node has to say
    }
  }
}

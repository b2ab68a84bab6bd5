import type { Block } from "./memory.ts";
import { moduleText, type Pass, type Shader, uniformBytes } from "./shader.ts";

/** A shader made ready, and how its buffers are bound. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** A block as one pass sees it: all of a buffer, or a window of it. Bytes. */
export interface BoundBlock {
  readonly block: Block;
  readonly offset: number;
  readonly size: number;
}

const stageCompute = 0x4;
const cachedGroups = 8192;

/** Pipelines by shader, and bind groups by the blocks they bind: training steps use the same ones again and again. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  for(shader: Shader): Pipeline {
    const existing = this.#pipelines.get(shader.name);
    if (existing !== undefined) return existing;
    const layout = this.#layoutFor(shader);
    const code = moduleText(shader);
    const made: Pipeline = {
      layout,
      pipeline: this.#device.createComputePipeline({
        label: shader.name,
        layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: {
          module: this.#device.createShaderModule({ label: shader.name, code }),
          entryPoint: "main",
        },
      }),
    };
    this.#pipelines.set(shader.name, made);
    return made;
  }

  /** Bindings of a pass: its uniforms in `uniforms`, at a dynamic offset, then its blocks. */
  bind(pass: Pass, uniforms: GPUBuffer, bound: readonly BoundBlock[]): GPUBindGroup {
    return this.#device.createBindGroup({
      layout: this.for(pass.shader).layout,
      entries: [
        { binding: 0, resource: { buffer: uniforms, offset: 0, size: uniformBytes(pass.shader) } },
        ...bound.map(({ block, offset, size }, i) => ({
          binding: i + 1,
          resource: { buffer: block.gpu, offset, size },
        })),
      ],
    });
  }

  /** As {@link bind}, always with the same `uniforms`: remembered. */
  bindAgain(pass: Pass, uniforms: GPUBuffer, bound: readonly BoundBlock[]): GPUBindGroup {
    let key = pass.shader.name;
    for (const { block, offset, size } of bound) key += ` ${block.id} ${offset} ${size}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= cachedGroups) this.#groups.clear();
      group = this.bind(pass, uniforms, bound);
      this.#groups.set(key, group);
    }
    return group;
  }

  /** Forgets the bind groups: a block they may bind is gone. */
  forgetGroups(): void {
    this.#groups.clear();
  }

  #layoutFor({ reads, writes }: Shader): GPUBindGroupLayout {
    const key = `${reads.length} ${writes.length}`;
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      const types: GPUBufferBindingType[] = [
        ...reads.map(() => "read-only-storage" as const),
        ...writes.map(() => "storage" as const),
      ];
      layout = this.#device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: stageCompute, buffer: { type: "uniform", hasDynamicOffset: true } },
          ...types.map((type, i) => ({ binding: i + 1, visibility: stageCompute, buffer: { type } })),
        ],
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

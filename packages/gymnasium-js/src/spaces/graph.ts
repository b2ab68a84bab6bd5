import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { warn } from "../warning.ts";
import { Box } from "./box.ts";
import { Discrete } from "./discrete.ts";
import type { DType, NumericArray } from "./dtype.ts";
import { ListBatchedSpace } from "./list-batched-space.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { seedWithChildren } from "./sequence.ts";
import type { BatchOf, SpaceJson, SpaceSeed } from "./space.ts";
import { describe, isArrayLike, jsonArray, rejectMaskWithProbability } from "./space.ts";

/** The spaces that describe a node or an edge. */
export type GraphFeature = Box<DType> | Discrete;

/**
 * A graph of `n` nodes and `m` edges.
 *
 * Features are flat and row-major: `nodes` has `n` elements of the node space, `edges` `m` of the edge space;
 * `edgeLinks[2i]` and `edgeLinks[2i + 1]` are the nodes that edge `i` leads from and to. Without edges both are `null`.
 */
export interface GraphInstance<Nodes = NumericArray, Edges = NumericArray> {
  readonly nodes: Nodes;
  readonly edges: Edges | null;
  readonly edgeLinks: Int32Array | null;
}

/** Options of {@link Graph}. */
export interface GraphOptions {
  /** Seeds the graph and its two spaces, as {@link Graph.seed}. */
  readonly seed?: SpaceSeed;
}

/** How {@link Graph.sample} draws. */
export interface GraphSampleOptions {
  /** How many nodes. */
  readonly numNodes?: number;
  /** How many edges; by default a random number below n·(n − 1). */
  readonly numEdges?: number | null;
}

/** A mask of every node, and one for all edges (for every edge, where `numEdges` is given). */
export type GraphMask = readonly [nodes: readonly unknown[] | null, edges: unknown];

/**
 * Graphs whose nodes and edges carry a feature each.
 *
 * Agrees with Gymnasium, where sampled `Discrete` features start at 0 whatever the `start` of their space. It has no
 * flat vector of fixed length; it flattens into a graph of flat features.
 *
 * @example new Graph(new Box(-1, 1, { shape: [3] }), new Discrete(5))
 */
export class Graph<
  const Node extends GraphFeature = GraphFeature,
  const Edge extends GraphFeature | null = GraphFeature | null,
> extends ListBatchedSpace<GraphInstance<BatchOf<Node>, BatchOf<NonNullable<Edge>>>> {
  readonly nodeSpace: Node;
  readonly edgeSpace: Edge;

  /** @throws GymnasiumError `bad-space` unless both are a `Box` or a `Discrete` (or `edgeSpace` is `null`). */
  constructor(nodeSpace: Node, edgeSpace: Edge, options: GraphOptions = {}) {
    super(null, null);
    const isFeature = (space: unknown): boolean => space instanceof Box || space instanceof Discrete;
    if (!isFeature(nodeSpace) || (edgeSpace !== null && !isFeature(edgeSpace))) {
      throw new GymnasiumError(
        "bad-space",
        `Graph takes a Box or Discrete for nodes, and one or null for edges; got ${describe(nodeSpace)} and ${describe(edgeSpace)}.`,
      );
    }
    this.nodeSpace = nodeSpace;
    this.edgeSpace = edgeSpace;
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return false;
  }

  get flatSize(): number {
    throw new GymnasiumError("unsupported", `${this} has no flat vector of fixed length.`);
  }

  /** @param seed - one seed, from which the others are drawn, or `[own, nodes]` or `[own, nodes, edges]`. */
  override seed(seed?: SpaceSeed | null): SpaceSeed {
    const children = this.edgeSpace === null ? [this.nodeSpace] : [this.nodeSpace, this.edgeSpace];
    return seedWithChildren(this, children, seed, (one) => super.seed(one));
  }

  override sample(
    mask?: GraphMask | null,
    probability?: GraphMask | null,
    { numNodes = 10, numEdges = null }: GraphSampleOptions = {},
  ): GraphInstance<BatchOf<Node>, BatchOf<NonNullable<Edge>>> {
    rejectMaskWithProbability(this, mask, probability);
    if (
      !Number.isInteger(numNodes) ||
      numNodes < 1 ||
      (numEdges !== null && !(Number.isInteger(numEdges) && numEdges >= 0))
    ) {
      throw new GymnasiumError(
        "bad-mask",
        `${this}: numNodes ≥ 1 and numEdges ≥ 0 are whole, got ${numNodes} and ${numEdges}.`,
      );
    }
    const [nodeMask, edgeMask] = mask ?? probability ?? [null, null];
    let edgeCount = 0;
    let edgeMasks: readonly unknown[] | null = null;
    if (numEdges === null) {
      edgeCount = numNodes > 1 ? this.random.integers(0, numNodes * (numNodes - 1)) : 0;
      edgeMasks = edgeMask == null ? null : new Array<unknown>(edgeCount).fill(edgeMask);
    } else {
      if (this.edgeSpace === null) warn(`${this} has no edge space, but numEdges is ${numEdges}.`);
      edgeCount = numEdges;
      edgeMasks = edgeMask as readonly unknown[] | null;
    }
    const isMask = mask != null;
    const nodes = this.#sampleFeatures(this.nodeSpace, numNodes, nodeMask, isMask);
    const edges =
      this.edgeSpace === null || edgeCount === 0
        ? null
        : this.#sampleFeatures(this.edgeSpace, edgeCount, edgeMasks, isMask);
    const edgeLinks =
      edges === null ? null : this.random.fillIntegers(new Int32Array(edgeCount * 2), 0, numNodes);
    return { nodes: nodes as BatchOf<Node>, edges: edges as BatchOf<NonNullable<Edge>> | null, edgeLinks };
  }

  #sampleFeatures(
    space: GraphFeature,
    count: number,
    masks: readonly unknown[] | null,
    isMask: boolean,
  ): NumericArray {
    if (space instanceof Box) {
      if (masks !== null) throw new GymnasiumError("bad-mask", `${this}: a Box feature takes no mask.`);
      const box = space.batch(count);
      box.random = this.random;
      return box.sample();
    }
    const features = new MultiDiscrete(new Int32Array(count).fill(space.n));
    features.random = this.random;
    return isMask ? features.sample(masks) : features.sample(null, masks);
  }

  override contains(x: unknown): boolean {
    if (typeof x !== "object" || x === null) return false;
    const { nodes, edges, edgeLinks } = x as Partial<GraphInstance>;
    const nodeCount = countFeatures(this.nodeSpace, nodes);
    if (nodeCount === null) return false;
    if (edges == null || edgeLinks == null) return edges == null && edgeLinks == null;
    const edgeCount = this.edgeSpace === null ? null : countFeatures(this.edgeSpace, edges);
    if (edgeCount === null || !isArrayLike(edgeLinks) || edgeLinks.length !== edgeCount * 2) return false;
    return Array.from(edgeLinks).every((node) => Number.isInteger(node) && node >= 0 && node < nodeCount);
  }

  override equals(other: unknown): boolean {
    if (!(other instanceof Graph) || !this.nodeSpace.equals(other.nodeSpace)) return false;
    return this.edgeSpace === null ? other.edgeSpace === null : this.edgeSpace.equals(other.edgeSpace);
  }

  override flattenSpace(): Graph {
    return new Graph(
      this.nodeSpace.flattenSpace() as Box<DType>,
      this.edgeSpace === null ? null : (this.edgeSpace.flattenSpace() as Box<DType>),
    ) as Graph;
  }

  override flatten(element: GraphInstance<BatchOf<Node>, BatchOf<NonNullable<Edge>>>): GraphInstance {
    const { nodes, edges, edgeLinks } = element as GraphInstance;
    return {
      nodes: flattenFeatures(this.nodeSpace, nodes),
      edges: this.edgeSpace === null || edges === null ? null : flattenFeatures(this.edgeSpace, edges),
      edgeLinks: edgeLinks === null ? null : edgeLinks.slice(),
    };
  }

  override unflatten(flat: unknown): GraphInstance<BatchOf<Node>, BatchOf<NonNullable<Edge>>> {
    const { nodes, edges, edgeLinks } = flat as GraphInstance;
    const hasEdges = this.edgeSpace !== null && edges !== null;
    return {
      nodes: unflattenFeatures(this.nodeSpace, nodes) as BatchOf<Node>,
      edges: hasEdges ? (unflattenFeatures(this.edgeSpace!, edges) as BatchOf<NonNullable<Edge>>) : null,
      edgeLinks: edgeLinks === null ? null : edgeLinks.slice(),
    };
  }

  override toJSON(): SpaceJson {
    return { type: "Graph", nodeSpace: this.nodeSpace.toJSON(), edgeSpace: this.edgeSpace?.toJSON() ?? null };
  }

  override toJsonable(
    elements: readonly GraphInstance<BatchOf<Node>, BatchOf<NonNullable<Edge>>>[],
  ): JsonValue {
    return elements.map((element) => {
      const { nodes, edges, edgeLinks } = element as GraphInstance;
      const json: Record<string, JsonValue> = { nodes: rowsToJson(this.nodeSpace, nodes) };
      if (this.edgeSpace !== null && edges !== null && edgeLinks !== null) {
        json.edges = rowsToJson(this.edgeSpace, edges);
        json.edge_links = Array.from({ length: edgeLinks.length / 2 }, (_, i) => [
          edgeLinks[2 * i]!,
          edgeLinks[2 * i + 1]!,
        ]);
      }
      return json;
    });
  }

  override fromJsonable(json: JsonValue): GraphInstance<BatchOf<Node>, BatchOf<NonNullable<Edge>>>[] {
    return jsonArray(json).map((item) => {
      const { nodes, edges, edge_links: links } = item as Record<string, JsonValue>;
      const hasEdges = this.edgeSpace !== null && edges !== undefined;
      return {
        nodes: rowsFromJson(this.nodeSpace, nodes!) as BatchOf<Node>,
        edges: hasEdges ? (rowsFromJson(this.edgeSpace!, edges) as BatchOf<NonNullable<Edge>>) : null,
        edgeLinks: hasEdges ? Int32Array.from((links as readonly number[][]).flat()) : null,
      };
    });
  }

  override toString(): string {
    return `Graph(${this.nodeSpace}, ${this.edgeSpace ?? "None"})`;
  }
}

/** How many features an array holds, or `null` if it does not hold features of the space. */
function countFeatures(space: GraphFeature, features: unknown): number | null {
  if (!isArrayLike(features)) return null;
  if (space instanceof Discrete)
    return Array.from(features).every((x) => space.contains(x)) ? features.length : null;
  const count = features.length / space.size;
  return Number.isInteger(count) && space.batch(count).contains(features) ? count : null;
}

function flattenFeatures(space: GraphFeature, features: NumericArray): NumericArray {
  if (space instanceof Box) return features.slice();
  const oneHot = new Int32Array(features.length * space.n);
  features.forEach((value, row) => {
    oneHot[row * space.n + value - space.start] = 1;
  });
  return oneHot;
}

function unflattenFeatures(space: GraphFeature, flat: NumericArray): NumericArray {
  if (space instanceof Box) return flat.slice();
  const rows = Array.from({ length: flat.length / space.n }, (_, row) =>
    flat.slice(row * space.n, (row + 1) * space.n),
  );
  return Int32Array.from(rows, (row) => space.unflatten(row));
}

function rowsToJson(space: GraphFeature, features: NumericArray): JsonValue {
  if (space instanceof Discrete) return Array.from(features);
  const count = features.length / space.size;
  return space.toJsonable(Array.from({ length: count }, (_, i) => space.readBatch(features, i)));
}

function rowsFromJson(space: GraphFeature, json: JsonValue): NumericArray {
  if (space instanceof Discrete) return Int32Array.from(space.fromJsonable(json));
  const rows = space.fromJsonable(json);
  const features = space.createBatch(rows.length);
  rows.forEach((row, i) => {
    space.writeBatch(features, i, row);
  });
  return features;
}

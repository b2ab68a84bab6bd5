/** One point of a line. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Lower and upper end of what surrounds it: a band around a line, an error bar at a point. Both or neither. */
  readonly low?: number;
  readonly high?: number;
}

/** A named run of points, in ascending x. */
export interface ChartLine {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** `line` (the default), `dashed`, or unconnected `points`. */
  readonly mark?: "line" | "dashed" | "points";
}

/** What stands beside an axis, and how it is divided. */
export interface ChartAxis {
  readonly title: string;
  /** Default `linear`. A `log` axis shows values above 0 only, and bands that lie above 0. */
  readonly scale?: "linear" | "log";
  /** Begin at 0. Default false. */
  readonly zero?: boolean;
  /** Lowest and highest value shown; by default those of the data. */
  readonly domain?: readonly [low: number, high: number];
  /** d3 format of the tick labels, such as ",d". */
  readonly format?: string;
}

/** Lines over one pair of axes. */
export interface LineChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartLine[];
  /** Horizontal dashed lines, such as a return that counts as solved. */
  readonly levels?: readonly { readonly name: string; readonly y: number }[];
  /** Pixels of the plotting area. Default 640 × 360. */
  readonly width?: number;
  readonly height?: number;
}

/** For every place of the result along one axis: where it begins to look, at how many places, and their weights. */
interface AxisWeights {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** `[size × taps]`, of which the first `counts[i]` of row `i` are used. */
  readonly weights: Float64Array;
  readonly taps: number;
  /** What the weights of one place add up to. */
  readonly total: number;
}

/**
 * A function that resizes images of bytes `[height, width, channels]`, flat, to `[rows, columns, channels]`.
 *
 * Where both sides shrink (or stay), every pixel of the result is the mean of the area it covers, pixels at its border
 * counted by the part that is covered; a shrinking by whole factors is the mean of blocks. Means are rounded to
 * nearest, halves to even; halves upwards for blocks of 2 × 2. Where a side grows, both sides are interpolated
 * linearly inside of the pixels of the result that lie on a border of two pixels, and the others are copies.
 *
 * Source: the rules of OpenCV's `INTER_AREA`. OpenCV averages in float32 and interpolates with weights of 11 bits, so
 * that a byte may differ by 1 where the shrinking is not by whole factors.
 */
export function areaResizer(
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  channels: number,
): (image: ArrayLike<number>) => Uint8Array {
  const shrinks = rows <= height && columns <= width;
  const axis = shrinks ? areaWeights : linearWeights;
  const vertical = axis(height, rows);
  const horizontal = axis(width, columns);
  const total = vertical.total * horizontal.total;
  const isHalving = height === 2 * rows && width === 2 * columns;
  const rowLength = columns * channels;
  const narrow = new Float64Array(height * rowLength);
  return (image) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < columns; x++) {
        const from = (y * width + horizontal.starts[x]!) * channels;
        const weightsAt = x * horizontal.taps;
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let k = 0; k < horizontal.counts[x]!; k++) {
            sum += horizontal.weights[weightsAt + k]! * image[from + k * channels + channel]!;
          }
          narrow[y * rowLength + x * channels + channel] = sum;
        }
      }
    }
    const out = new Uint8Array(rows * rowLength);
    for (let y = 0; y < rows; y++) {
      const from = vertical.starts[y]! * rowLength;
      const weightsAt = y * vertical.taps;
      for (let x = 0; x < rowLength; x++) {
        let sum = 0;
        for (let k = 0; k < vertical.counts[y]!; k++) {
          sum += vertical.weights[weightsAt + k]! * narrow[from + k * rowLength + x]!;
        }
        const mean = sum / total;
        out[y * rowLength + x] = isHalving ? Math.floor(mean + 0.5) : roundHalfToEven(mean);
      }
    }
    return out;
  };
}

/** Weights are the lengths, in pixels of the source, that a pixel of the result covers of each. */
function areaWeights(from: number, to: number): AxisWeights {
  const scale = from / to;
  const taps = Math.ceil(scale) + 1;
  const made = emptyWeights(to, taps, scale);
  for (let i = 0; i < to; i++) {
    // In whole numbers of 1/to, so that borders that fall together do so exactly.
    const begin = i * from;
    const end = begin + from;
    const first = Math.floor(begin / to);
    const last = Math.ceil(end / to);
    made.starts[i] = first;
    made.counts[i] = last - first;
    for (let k = first; k < last; k++) {
      made.weights[i * taps + k - first] = (Math.min(end, (k + 1) * to) - Math.max(begin, k * to)) / to;
    }
  }
  return made;
}

/** Weights of the one or two pixels of the source that a pixel of the result lies on, where a side grows. */
function linearWeights(from: number, to: number): AxisWeights {
  const made = emptyWeights(to, 2, 1);
  for (let i = 0; i < to; i++) {
    const left = Math.floor((i * from) / to);
    // How far the right end of the result's pixel reaches beyond that of the source's, in pixels of the result.
    const beyond = (i + 1 - ((left + 1) * to) / from) % 1;
    const share = left + 1 < from ? Math.max(beyond, 0) : 0;
    made.starts[i] = left;
    made.counts[i] = share === 0 ? 1 : 2;
    made.weights[i * 2] = 1 - share;
    made.weights[i * 2 + 1] = share;
  }
  return made;
}

function emptyWeights(size: number, taps: number, total: number): AxisWeights {
  return {
    starts: new Int32Array(size),
    counts: new Int32Array(size),
    weights: new Float64Array(size * taps),
    taps,
    total,
  };
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

import type { FlameLayout } from './flame-layout.ts';

/** Which part of the tree is looked at: `top` is the outermost node drawn, `[from, to]` the range of its width. */
export interface Camera {
  readonly top: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Boxes to draw, grouped by depth and ordered by x: those of depth `d` are `rowStart[d − firstDepth] …
 * rowStart[d − firstDepth + 1] − 1`. A box is one node (`frames = 0`) or a run of neighbours too narrow to see
 * (`frames` nodes, subtrees included, together worth `value`).
 */
export interface Boxes {
  readonly firstDepth: number;
  readonly rows: number;
  readonly rowStart: Uint32Array;
  /** Pixels from the left edge of the canvas; boxes are clipped to it. */
  readonly x: Float32Array;
  readonly w: Float32Array;
  /** The node, or the first node of the run. */
  readonly node: Uint32Array;
  readonly frames: Uint32Array;
  readonly value: Float64Array;
  /** Nodes folded into grey boxes, and what they are worth; no node is counted twice. */
  readonly foldedFrames: number;
  readonly foldedValue: number;
}

/** Below this a box cannot be told from its neighbour. */
export const SLIVER_PX = 1;

class BoxBuffer {
  count = 0;
  depth = new Uint16Array(4096);
  x = new Float32Array(4096);
  w = new Float32Array(4096);
  node = new Uint32Array(4096);
  frames = new Uint32Array(4096);
  value = new Float64Array(4096);

  add(depth: number, x: number, w: number, node: number, frames: number, value: number): number {
    if (this.count === this.x.length) this.#grow();
    const at = this.count++;
    this.depth[at] = depth;
    this.x[at] = x;
    this.w[at] = w;
    this.node[at] = node;
    this.frames[at] = frames;
    this.value[at] = value;
    return at;
  }

  #grow(): void {
    const size = this.x.length * 2;
    const copy = <T extends { set(from: T): void }>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.depth = copy(this.depth, new Uint16Array(size));
    this.x = copy(this.x, new Float32Array(size));
    this.w = copy(this.w, new Float32Array(size));
    this.node = copy(this.node, new Uint32Array(size));
    this.frames = copy(this.frames, new Uint32Array(size));
    this.value = copy(this.value, new Float64Array(size));
  }
}

/**
 * The boxes of what the camera sees on `widthPx` pixels. Subtrees of slivers are skipped, so the work follows what is
 * visible, not the size of the tree.
 */
export function collectBoxes(layout: FlameLayout, camera: Camera, widthPx: number): Boxes {
  const { depth, end, start, width } = layout;
  const scale = widthPx / (camera.to - camera.from);
  const buffer = new BoxBuffer();
  const firstDepth = depth[camera.top]!;
  const lastBox = new Int32Array(layout.maxDepth - firstDepth + 1).fill(-1);
  let foldedFrames = 0;
  let foldedValue = 0;
  let lastDepth = firstDepth;

  const limit = end[camera.top]!;
  let node = camera.top;
  while (node < limit) {
    const left = (start[node]! - camera.from) * scale;
    const w = width[node]! * scale;
    if (w === 0 || left + w <= 0 || left >= widthPx) {
      node = end[node]!;
      continue;
    }
    const row = depth[node]! - firstDepth;
    if (depth[node]! > lastDepth) lastDepth = depth[node]!;
    if (w >= SLIVER_PX || node === camera.top) {
      const x = Math.max(left, 0);
      lastBox[row] = buffer.add(row, x, Math.min(left + w, widthPx) - x, node, 0, width[node]!);
      node++;
      continue;
    }
    const frames = end[node]! - node;
    foldedFrames += frames;
    foldedValue += width[node]!;
    const open = lastBox[row]!;
    if (open >= 0 && buffer.frames[open]! > 0 && left - (buffer.x[open]! + buffer.w[open]!) < SLIVER_PX) {
      buffer.w[open] = left + w - buffer.x[open]!;
      buffer.frames[open]! += frames;
      buffer.value[open]! += width[node]!;
    } else {
      lastBox[row] = buffer.add(row, left, w, node, frames, width[node]!);
    }
    node = end[node]!;
  }
  return groupByRow(buffer, firstDepth, lastDepth - firstDepth + 1, foldedFrames, foldedValue);
}

function groupByRow(
  buffer: BoxBuffer,
  firstDepth: number,
  rows: number,
  foldedFrames: number,
  foldedValue: number,
): Boxes {
  const { count } = buffer;
  const rowStart = new Uint32Array(rows + 1);
  for (let i = 0; i < count; i++) rowStart[buffer.depth[i]! + 1]! += 1;
  for (let row = 0; row < rows; row++) rowStart[row + 1]! += rowStart[row]!;
  const next = rowStart.slice(0, rows);
  const boxes = {
    firstDepth,
    rows,
    rowStart,
    x: new Float32Array(count),
    w: new Float32Array(count),
    node: new Uint32Array(count),
    frames: new Uint32Array(count),
    value: new Float64Array(count),
    foldedFrames,
    foldedValue,
  };
  for (let i = 0; i < count; i++) {
    const to = next[buffer.depth[i]!]!++;
    boxes.x[to] = buffer.x[i]!;
    boxes.w[to] = buffer.w[i]!;
    boxes.node[to] = buffer.node[i]!;
    boxes.frames[to] = buffer.frames[i]!;
    boxes.value[to] = buffer.value[i]!;
  }
  return boxes;
}

/** Index of the box under pixel `x` in a row (0 = the camera's top), or −1. Narrow boxes may be missed by half a pixel. */
export function boxAt(boxes: Boxes, row: number, x: number): number {
  if (row < 0 || row >= boxes.rows) return -1;
  let low = boxes.rowStart[row]!;
  let high = boxes.rowStart[row + 1]! - 1;
  const first = low;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (boxes.x[middle]! <= x) low = middle + 1;
    else high = middle - 1;
  }
  if (high < first) return -1;
  return x < boxes.x[high]! + Math.max(boxes.w[high]!, 0.5) ? high : -1;
}

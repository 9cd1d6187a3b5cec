import type { Boxes, Found } from '@strata/profile';
import type { Palette } from './palette.ts';

/** One row, with the line of ground under it. */
export const ROW_PX = 20;
const BOX_PX = ROW_PX - 1;
const PADDING_PX = 5;
const LABEL_MIN_PX = 22;
const ROUND_MIN_PX = 5;
/** Of marks before a name, such as `▲ `. */
const MARK_CHARACTER_PX = 7;

/** What a box looks like and says. */
export interface Look {
  readonly palette: Palette;
  /** A node's name as far as it fits into `room` pixels. */
  readonly labelOf: (node: number, room: number) => string;
  /** Function row of a node; −1 for the root, which is no function. */
  readonly functionOf: (node: number) => number;
  readonly shadeOf: (node: number) => number;
  /** Stands before the name, such as `▲ `; `''` for nothing. */
  readonly markOf: (node: number) => string;
  /** Whether the node's code is part of its caller's: then no ground shows between them. */
  readonly isInlined: (node: number) => boolean;
}

/** Where row 0 of the boxes lies on the canvas, and how tall the canvas is. */
export interface Frame {
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** Rows that touch the canvas, as a half-open range. */
function visibleRows(boxes: Boxes, frame: Frame): [number, number] {
  const first = Math.max(0, Math.floor(-frame.top / ROW_PX));
  const last = Math.min(boxes.rows, Math.ceil((frame.height - frame.top) / ROW_PX));
  return [first, Math.max(first, last)];
}

/** Paints every visible box; fills by shade, so that the colour changes once per shade and not once per box. */
export function paintBase(
  context: CanvasRenderingContext2D,
  boxes: Boxes,
  look: Look,
  frame: Frame,
  found: Found | null,
): void {
  context.clearRect(0, 0, frame.width, frame.height);
  const [firstRow, lastRow] = visibleRows(boxes, frame);
  const { palette } = look;

  // Box and row by turns.
  const byFill = new Map<string, number[]>();
  for (let row = firstRow; row < lastRow; row++) {
    for (let box = boxes.rowStart[row]!; box < boxes.rowStart[row + 1]!; box++) {
      const fill = fillOf(boxes, box, look, found);
      const list = byFill.get(fill);
      if (list === undefined) byFill.set(fill, [box, row]);
      else list.push(box, row);
    }
  }
  for (const [fill, list] of byFill) {
    context.fillStyle = fill;
    for (let i = 0; i < list.length; i += 2) {
      const x = boxes.x[list[i]!]!;
      const w = boxes.w[list[i]!]!;
      const box = list[i]!;
      const joined = boxes.frames[box] === 0 && look.isInlined(boxes.node[box]!) ? 1 : 0;
      const y = frame.top + list[i + 1]! * ROW_PX - joined;
      const height = BOX_PX + joined;
      if (w < ROUND_MIN_PX) context.fillRect(x, y, w > 2 ? w - 0.75 : Math.max(w, 0.6), height);
      else {
        context.beginPath();
        context.roundRect(x, y, w - 1, height, joined === 0 ? 2 : [0, 0, 2, 2]);
        context.fill();
      }
    }
  }

  context.font = palette.font;
  context.textBaseline = 'middle';
  for (let row = firstRow; row < lastRow; row++) {
    const y = frame.top + row * ROW_PX + BOX_PX / 2 + 1;
    for (let box = boxes.rowStart[row]!; box < boxes.rowStart[row + 1]!; box++) {
      if (boxes.w[box]! < LABEL_MIN_PX || boxes.frames[box]! > 0) continue;
      paintLabel(context, boxes, box, y, look, found);
    }
  }
}

function paintLabel(
  context: CanvasRenderingContext2D,
  boxes: Boxes,
  box: number,
  y: number,
  look: Look,
  found: Found | null,
): void {
  const node = boxes.node[box]!;
  const mark = look.markOf(node);
  const room = boxes.w[box]! - 2 * PADDING_PX + 2 - mark.length * MARK_CHARACTER_PX;
  const text = mark + look.labelOf(node, room);
  if (text === '') return;
  const dimmed = isDimmed(node, look, found);
  context.fillStyle = dimmed ? look.palette.dimmedInk : look.palette.inks[look.shadeOf(node)]!;
  context.fillText(text, boxes.x[box]! + PADDING_PX, y);
}

function fillOf(boxes: Boxes, box: number, look: Look, found: Found | null): string {
  const node = boxes.node[box]!;
  const frames = boxes.frames[box]!;
  if (frames > 0) return found?.within(node, frames) === true ? look.palette.foldedMatch : look.palette.folded;
  const shade = look.shadeOf(node);
  const dimmed = isDimmed(node, look, found);
  return (dimmed ? look.palette.dimmed : look.palette.fills)[shade]!;
}

function isDimmed(node: number, look: Look, found: Found | null): boolean {
  return found !== null && found.functions[look.functionOf(node)] !== 1;
}

/** What lies over the base: the selected box, the hovered one, and every box of one function. */
export interface Marks {
  /** Index of the hovered box, or −1, and its row. */
  readonly hovered: number;
  readonly hoveredRow: number;
  /** Where the selected node lies; it may be too narrow to be a box of its own. */
  readonly selectedAt: { readonly row: number; readonly x: number; readonly w: number } | null;
  /** Function row whose boxes are outlined, or −1. */
  readonly functionRow: number;
}

/** Paints the overlay only: the base is never touched by a pointer. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  boxes: Boxes,
  look: Look,
  frame: Frame,
  marks: Marks,
): void {
  context.clearRect(0, 0, frame.width, frame.height);
  const [firstRow, lastRow] = visibleRows(boxes, frame);
  const outline = (x: number, row: number, w: number, line: number, colour: string) => {
    const wide = Math.max(w - 1, 2);
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.beginPath();
    const inset = line / 2;
    context.roundRect(x + inset, frame.top + row * ROW_PX + inset, Math.max(wide - line, 1), BOX_PX - line, 2);
    context.stroke();
  };
  if (marks.functionRow >= 0) {
    for (let row = firstRow; row < lastRow; row++) {
      for (let box = boxes.rowStart[row]!; box < boxes.rowStart[row + 1]!; box++) {
        if (boxes.frames[box] === 0 && look.functionOf(boxes.node[box]!) === marks.functionRow)
          outline(boxes.x[box]!, row, boxes.w[box]!, 2, look.palette.highlight);
      }
    }
  }
  if (marks.hovered >= 0) {
    const x = boxes.x[marks.hovered]!;
    const w = boxes.w[marks.hovered]!;
    context.fillStyle = look.palette.outline;
    context.globalAlpha = 0.12;
    context.fillRect(x, frame.top + marks.hoveredRow * ROW_PX, Math.max(w - 1, 1), BOX_PX);
    context.globalAlpha = 1;
    outline(x, marks.hoveredRow, w, 1, look.palette.outline);
  }
  if (marks.selectedAt !== null) {
    const { row, x, w } = marks.selectedAt;
    if (row >= 0) outline(x, row, w, 2, look.palette.outline);
  }
}

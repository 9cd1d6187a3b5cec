import {
  type Boxes,
  boxAt,
  type Camera,
  collectBoxes,
  commonAncestor,
  type FlameLayout,
  type Found,
} from '@strata/profile';
import { easeCubicOut } from 'd3-ease';
import { type Frame, type Look, paintBase, paintOverlay, ROW_PX } from './painter.ts';

const ZOOM_MS = 160;

/** What is under the pointer: a node, or (frames > 0) a run of folded ones that starts with it. */
export interface Hit {
  readonly node: number;
  readonly frames: number;
  readonly value: number;
}

export interface FlameViewParts {
  /** Scrolls; as tall as the page allows. */
  readonly scroller: HTMLElement;
  /** As tall as all rows. */
  readonly spacer: HTMLElement;
  readonly base: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
}

/** What is drawn. Nodes are −1 where there is none. */
export interface Picture {
  readonly layout: FlameLayout;
  readonly look: Look;
  readonly zoom: number;
  readonly selected: number;
  readonly found: Found | null;
  /** Function row to outline, or −1. */
  readonly functionRow: number;
}

/** The camera in pixels down and units across; `top` is only where drawing starts. */
interface Position {
  readonly from: number;
  readonly to: number;
  readonly down: number;
}

/**
 * Owns the two canvases: what was drawn, where the camera is, what is hovered. A pointer moves only the overlay.
 * Lives as long as the elements do; `close` ends its animation.
 */
export class FlameView {
  readonly #parts: FlameViewParts;
  readonly #onFolded: (frames: number, value: number) => void;
  #picture: Picture | null = null;
  #boxes: Boxes | null = null;
  #position: Position = { from: 0, to: 1, down: 0 };
  #top = 0;
  #animation = 0;
  #painting = 0;
  #hovered = -1;
  #hoveredRow = -1;
  #pointer: { readonly x: number; readonly y: number } | null = null;

  constructor(parts: FlameViewParts, onFolded: (frames: number, value: number) => void) {
    this.#parts = parts;
    this.#onFolded = onFolded;
  }

  /** Draws at once. `move` animates the camera to a new zoom, unless the user asked for less motion. */
  show(picture: Picture, move: boolean): void {
    const before = this.#picture;
    const { layout, zoom } = picture;
    this.#picture = picture;
    const goal = zoomedPosition(layout, zoom);
    const moved = before !== null && (before.zoom !== zoom || before.layout !== layout);
    if (!moved && before !== null) {
      this.#redraw();
      return;
    }
    const still = !move || before?.layout !== layout || matchMedia('(prefers-reduced-motion: reduce)').matches;
    const start = { ...this.#position, down: this.#position.down + this.#parts.scroller.scrollTop };
    cancelAnimationFrame(this.#animation);
    this.#animation = 0;
    const { scroller, spacer } = this.#parts;
    if (scroller.clientWidth > 0) {
      const { rows } = collectBoxes(layout, { top: zoom, ...goal }, scroller.clientWidth);
      spacer.style.height = `${rows * ROW_PX + 8}px`;
    }
    if (before !== null && before.zoom !== zoom && before.layout === layout) {
      scroller.scrollTop = this.#scrollToShow(before.zoom, layout.depth[zoom]!);
    }
    if (still) {
      this.#position = goal;
      this.#top = zoom;
      this.#collect();
      this.#redraw();
      return;
    }
    this.#animate(start, goal, commonAncestor(layout, before.zoom, zoom), zoom);
  }

  #animate(start: Position, end: Position, top: number, zoom: number): void {
    const began = performance.now();
    const scrolled = this.#parts.scroller.scrollTop;
    this.#top = top;
    this.#hovered = -1;
    const step = (now: number) => {
      const share = Math.min(1, Math.max(0, (now - began) / ZOOM_MS));
      const eased = easeCubicOut(share);
      const between = (a: number, b: number) => a + (b - a) * eased;
      this.#position = {
        from: between(start.from, end.from),
        to: between(start.to, end.to),
        down: between(start.down, end.down + scrolled) - scrolled,
      };
      this.#animation = share < 1 ? requestAnimationFrame(step) : 0;
      if (share === 1) {
        this.#position = end;
        this.#top = zoom;
      }
      this.#collect();
      this.#redraw();
    };
    this.#animation = requestAnimationFrame(step);
  }

  /** Keeps the frame one came from in view when zooming out of it. */
  #scrollToShow(from: number, topDepth: number): number {
    const y = (this.#picture!.layout.depth[from]! - topDepth) * ROW_PX;
    const height = this.#parts.scroller.clientHeight;
    return y < height - ROW_PX ? 0 : y - height / 2;
  }

  /** The size of the canvases follows the scroller; draws at once, so nothing flashes. */
  resize(): void {
    const { base, overlay, scroller } = this.#parts;
    const ratio = devicePixelRatio;
    let changed = false;
    for (const canvas of [base, overlay]) {
      const width = Math.round(scroller.clientWidth * ratio);
      const height = Math.round(scroller.clientHeight * ratio);
      if (canvas.width === width && canvas.height === height) continue;
      changed = true;
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${scroller.clientWidth}px`;
      canvas.style.height = `${scroller.clientHeight}px`;
      canvas.parentElement!.style.height = `${scroller.clientHeight}px`;
    }
    if (!changed) return;
    this.#collect();
    if (this.#boxes !== null && this.#animation === 0)
      this.#parts.spacer.style.height = `${this.#boxes.rows * ROW_PX + 8}px`;
    this.#redraw();
  }

  /** To be called when the scroller was scrolled; coalesced to one paint a frame. */
  scrolled(): void {
    if (this.#painting === 0)
      this.#painting = requestAnimationFrame(() => {
        this.#painting = 0;
        this.#redraw();
      });
  }

  /** Moves the pointer (pixels in the canvas), or takes it away; answers what is under it. */
  point(pointer: { readonly x: number; readonly y: number } | null): Hit | null {
    this.#pointer = pointer;
    const before = this.#hovered;
    this.#findHovered();
    if (this.#hovered !== before) this.#paintOverlay();
    return this.hit();
  }

  hit(): Hit | null {
    if (this.#hovered < 0 || this.#boxes === null) return null;
    const { node, frames, value } = this.#boxes;
    return { node: node[this.#hovered]!, frames: frames[this.#hovered]!, value: value[this.#hovered]! };
  }

  /** Scrolls the least needed for the node's row to be seen. */
  reveal(node: number): void {
    if (this.#picture === null) return;
    const { scroller } = this.#parts;
    const y = (this.#picture.layout.depth[node]! - this.#picture.layout.depth[this.#picture.zoom]!) * ROW_PX;
    if (y < scroller.scrollTop) scroller.scrollTop = Math.max(0, y - ROW_PX);
    else if (y + ROW_PX > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = y + 2 * ROW_PX - scroller.clientHeight;
  }

  close(): void {
    cancelAnimationFrame(this.#animation);
    cancelAnimationFrame(this.#painting);
  }

  #collect(): void {
    const { scroller } = this.#parts;
    if (this.#picture === null || scroller.clientWidth === 0) return;
    const camera: Camera = { top: this.#top, from: this.#position.from, to: this.#position.to };
    this.#boxes = collectBoxes(this.#picture.layout, camera, scroller.clientWidth);
    if (this.#animation === 0) this.#onFolded(this.#boxes.foldedFrames, this.#boxes.foldedValue);
  }

  #frame(): Frame {
    const { scroller } = this.#parts;
    const topDepth = this.#picture!.layout.depth[this.#top]!;
    return {
      top: topDepth * ROW_PX - this.#position.down - scroller.scrollTop,
      height: scroller.clientHeight,
      width: scroller.clientWidth,
    };
  }

  #redraw(): void {
    if (this.#picture === null || this.#boxes === null) return;
    const context = this.#parts.base.getContext('2d', { alpha: true })!;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    paintBase(context, this.#boxes, this.#picture.look, this.#frame(), this.#picture.found);
    this.#findHovered();
    this.#paintOverlay();
  }

  #findHovered(): void {
    this.#hovered = -1;
    if (this.#pointer === null || this.#boxes === null || this.#animation !== 0) return;
    this.#hoveredRow = Math.floor((this.#pointer.y - this.#frame().top) / ROW_PX);
    this.#hovered = boxAt(this.#boxes, this.#hoveredRow, this.#pointer.x);
  }

  #paintOverlay(): void {
    const picture = this.#picture!;
    const context = this.#parts.overlay.getContext('2d')!;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    paintOverlay(context, this.#boxes!, picture.look, this.#frame(), {
      hovered: this.#hovered,
      hoveredRow: this.#hoveredRow,
      selectedAt: this.#placeOf(picture.selected),
      functionRow: picture.functionRow,
    });
  }

  #placeOf(node: number): { row: number; x: number; w: number } | null {
    const { layout } = this.#picture!;
    if (node <= 0 || node === this.#picture!.zoom || !(this.#top <= node && node < layout.end[this.#top]!)) return null;
    const width = this.#parts.scroller.clientWidth;
    const scale = width / (this.#position.to - this.#position.from);
    const left = (layout.start[node]! - this.#position.from) * scale;
    const x = Math.max(0, left);
    const right = Math.min(width, left + layout.width[node]! * scale);
    return { row: layout.depth[node]! - layout.depth[this.#top]!, x, w: Math.max(0, right - x) };
  }
}

function zoomedPosition(layout: FlameLayout, zoom: number): Position {
  const from = layout.start[zoom]!;
  return { from, to: from + Math.max(layout.width[zoom]!, Number.MIN_VALUE), down: layout.depth[zoom]! * ROW_PX };
}

'use client';

import { stepFrom, type TreeStep } from '@strata/profile';
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { FlameView, type Hit, type Picture } from './flame-view.ts';
import { TreeWindow } from './tree-window.tsx';

const STEPS: Readonly<Record<string, TreeStep>> = {
  ArrowUp: 'parent',
  ArrowDown: 'child',
  ArrowLeft: 'previous',
  ArrowRight: 'next',
  Home: 'first',
  End: 'last',
};

type KeyFields = 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'preventDefault' | 'stopPropagation';

export interface FlameCanvasProps {
  readonly picture: Picture;
  /** Name of the whole graph for assistive technology. */
  readonly label: string;
  /** One line for a node: name, total, percent. */
  readonly describe: (node: number) => string;
  readonly tooltip: (hit: Hit) => ReactNode;
  /** A click or Enter; the node is to become the outermost one. */
  readonly onZoom: (node: number) => void;
  readonly onSelect: (node: number) => void;
  readonly onFolded?: (frames: number, value: number) => void;
}

/** A flame graph: two canvases, a tooltip, and a small hidden tree that says the same to a screen reader. */
export function FlameCanvas({ picture, label, describe, tooltip, onZoom, onSelect, onFolded }: FlameCanvasProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const bubble = useRef<HTMLDivElement>(null);
  const pointer = useRef({ x: 0, y: 0 });
  const clicked = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const view = useRef<FlameView | null>(null);
  const folded = useRef(onFolded);
  folded.current = onFolded;
  const [hit, setHit] = useState<Hit | null>(null);
  const id = useId();
  const { layout, zoom, selected } = picture;

  useLayoutEffect(() => {
    const created = new FlameView(
      { scroller: scroller.current!, spacer: spacer.current!, base: base.current!, overlay: overlay.current! },
      (frames, value) => folded.current?.(frames, value),
    );
    view.current = created;
    const observer = new ResizeObserver(() => created.resize());
    observer.observe(scroller.current!);
    created.resize();
    return () => {
      observer.disconnect();
      created.close();
      view.current = null;
    };
  }, []);

  useLayoutEffect(() => {
    view.current?.show(picture, true);
    setHit(view.current?.hit() ?? null);
  }, [picture]);

  const focusNode = selected >= zoom && selected < layout.end[zoom]! ? selected : zoom;
  useEffect(() => {
    if (selected >= 0) view.current?.reveal(focusNode);
  }, [selected, focusNode]);

  const point = (event: PointerEvent) => {
    if (event.pointerType === 'touch') return;
    // A browser may tell of a pointer that rests: what it clicked on is under the tooltip no more.
    if (event.clientX === clicked.current?.x && event.clientY === clicked.current.y) return;
    clicked.current = null;
    const { offsetX: x, offsetY: y } = event.nativeEvent;
    const found = view.current?.point({ x, y }) ?? null;
    if (found?.node !== hit?.node || found?.frames !== hit?.frames) setHit(found);
    pointer.current = { x: event.clientX, y: event.clientY };
    placeBubble(bubble.current, pointer.current);
  };

  const leave = () => {
    view.current?.point(null);
    setHit(null);
  };

  const click = (event: React.MouseEvent) => {
    const found = view.current?.point({ x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY }) ?? null;
    clicked.current = { x: event.clientX, y: event.clientY };
    leave();
    if (found === null) return;
    const node = opened(found, layout.parent, zoom);
    onSelect(node);
    if (!event.shiftKey) onZoom(node);
  };

  const key = (event: Pick<KeyboardEvent, KeyFields>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step !== undefined) onSelect(stepFrom(layout, focusNode, step, zoom));
    else if (event.key === 'Enter') onZoom(focusNode);
    else if (event.key === 'Backspace') onZoom(Math.max(0, layout.parent[zoom]!));
    else if (event.key === 'Escape' && zoom > 0) onZoom(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // The graph is what the page is about: its keys work as long as nothing else has the focus.
  const latestKey = useRef(key);
  latestKey.current = key;
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (document.activeElement === document.body && !event.defaultPrevented) latestKey.current(event);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);

  const bubbleContent = useMemo(() => (hit === null ? null : tooltip(hit)), [hit, tooltip]);
  // Once more with its new content, whose size decides on which side of the pointer there is room.
  useLayoutEffect(() => {
    if (bubbleContent !== null) placeBubble(bubble.current, pointer.current);
  }, [bubbleContent]);
  return (
    <div
      role="tree"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={`${id}-${focusNode}`}
      onKeyDown={key}
      className="relative h-full min-h-0 rounded-sm outline-offset-2 focus-visible:outline-2 focus-visible:outline-accent"
    >
      <div
        ref={scroller}
        aria-hidden="true"
        onScroll={() => view.current?.scrolled()}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto"
      >
        <div ref={spacer} className="relative min-h-full">
          <div className="sticky top-0">
            <canvas ref={base} className="absolute top-0 left-0" />
            <canvas
              ref={overlay}
              data-testid="flame"
              className="absolute top-0 left-0 cursor-pointer"
              onPointerMove={point}
              onPointerLeave={leave}
              onClick={click}
            />
          </div>
        </div>
      </div>
      <div
        ref={bubble}
        aria-hidden="true"
        className={`pointer-events-none fixed top-0 left-0 z-40 ${hit === null ? 'invisible' : ''}`}
      >
        {bubbleContent}
      </div>
      <TreeWindow layout={layout} node={focusNode} top={zoom} idPrefix={id} describe={describe} />
    </div>
  );
}

/** A click on a run of slivers opens what holds them, or the widest of them when that is open already. */
function opened(hit: Hit, parent: Int32Array, zoom: number): number {
  if (hit.frames === 0) return hit.node;
  const holder = parent[hit.node]!;
  return holder === zoom ? hit.node : holder;
}

/** Beside the pointer, turned over where it would leave the window, and in the window where there is no room on either side. */
function placeBubble(bubble: HTMLElement | null, { x, y }: { readonly x: number; readonly y: number }): void {
  if (bubble === null) return;
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const fit = (after: number, before: number, size: number, room: number) => {
    if (after + size <= room - 8) return after;
    return before - size >= 8 ? before - size : Math.max(8, room - size - 8);
  };
  const left = fit(x + 14, x - 10, width, innerWidth);
  const top = fit(y + 18, y - 10, height, innerHeight);
  bubble.style.transform = `translate(${left}px, ${top}px)`;
}

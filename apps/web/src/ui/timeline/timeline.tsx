'use client';

import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { dragged, type Grip, gripAt } from './brush.ts';
import type { Span } from './extent.ts';
import { CHARACTER_PX, LABEL_ROWS, placeLabels } from './marker-labels.ts';
import { cornersOf, type Step } from './steps.ts';

const GRIP_REACH_PX = 8;
/** As wide as its class says. */
const GRIP_PX = 6;
/** Below the curve, for the times alone, so that nothing is printed over them. */
const TIMES_PX = 16;

export interface TimelineProps {
  readonly extent: Span;
  /** In order; what `write` takes. */
  readonly steps: readonly Step[];
  readonly range: Span;
  /** Left out: the range is shown and cannot be changed. */
  readonly onRange?: (range: Span) => void;
  /** The most important first: where there is no room for all labels, the last go without. */
  readonly markers: readonly { readonly at: number; readonly label: string }[];
  /** Writes a value with its unit. */
  readonly write: (value: number) => string;
  readonly label: string;
  readonly height: number;
}

/** A line over time with the chosen range in it: drag inside to move it, its edges to change it, elsewhere for a new one. */
export function Timeline(props: TimelineProps) {
  const { extent, steps, range, onRange, markers, write, label, height } = props;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [draft, setDraft] = useState<Span | null>(null);
  const drag = useRef<{ grip: Grip; pressed: number; range: Span } | null>(null);

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  const x = useMemo(
    () => scaleUtc([extent.from * 1000, extent.to * 1000], [0, width]),
    [extent.from, extent.to, width],
  );
  const floor = height - TIMES_PX;
  const peak = Math.max(0, ...steps.map(({ value }) => value));
  const y = scaleLinear([0, peak * 1.25 || 1], [floor, 4]);
  const lines = cornersOf(steps);
  const across = ({ t }: { t: number }) => x(t * 1000);
  const up = ({ value }: { value: number }) => y(value);
  const stroke = lines.map((corners) => line<(typeof corners)[number]>(across, up)(corners)).join('');
  const fill = lines.map((corners) => area<(typeof corners)[number]>(across, floor, up)(corners)).join('');

  const shown = draft ?? range;
  const left = x(shown.from * 1000);
  const right = x(shown.to * 1000);
  const minimum = Math.max(10, (extent.to - extent.from) / 200);
  const secondsAt = (event: PointerEvent) =>
    x.invert(event.clientX - box.current!.getBoundingClientRect().left).getTime() / 1000;

  const press = (event: PointerEvent<HTMLDivElement>) => {
    if (onRange === undefined || event.button !== 0) return;
    const at = event.clientX - box.current!.getBoundingClientRect().left;
    drag.current = { grip: gripAt(at, left, right, GRIP_REACH_PX), pressed: secondsAt(event), range };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    if (drag.current === null) return;
    const { grip, pressed, range: from } = drag.current;
    setDraft(dragged(from, grip, pressed, secondsAt(event), extent, minimum));
  };
  const release = () => {
    drag.current = null;
    if (draft !== null) onRange?.({ from: Math.round(draft.from), to: Math.round(draft.to) });
    setDraft(null);
  };
  const nudge = (grip: 'from' | 'to') => (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    const step = ((extent.to - extent.from) / 60) * direction * (event.shiftKey ? 4 : 1);
    const moved = dragged(range, grip, range[grip], range[grip] + step, extent, minimum);
    onRange?.({ from: Math.round(moved.from), to: Math.round(moved.to) });
  };

  const peakText = peak > 0 ? write(peak) : '';
  const labels = placeLabels(
    markers.map(({ at, label }) => ({ x: x(at * 1000), label })),
    width,
    [
      { row: 0, from: 0, to: 8 + peakText.length * CHARACTER_PX },
      ...[left, right].flatMap((edge) =>
        Array.from({ length: LABEL_ROWS }, (_, row) => ({ row, from: edge - GRIP_PX / 2, to: edge + GRIP_PX / 2 })),
      ),
    ],
  );
  const ticks = x.ticks(Math.max(2, Math.floor(width / 160)));
  const writeTick = x.tickFormat(ticks.length, extent.to - extent.from > 86_400 ? '%d %b %H:%M' : '%H:%M');
  return (
    <div
      ref={box}
      className={`relative touch-pan-y select-none overflow-hidden rounded-lg border border-line bg-panel ${onRange ? 'cursor-crosshair' : ''}`}
      style={{ height }}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <svg width={width} height={height} className="absolute inset-0" role="img" aria-label={label}>
        <path d={fill} className="fill-accent opacity-12" />
        <path d={stroke} className="fill-none stroke-accent" strokeWidth={1.5} strokeLinejoin="round" />
        <line x2={width} y1={floor + 0.5} y2={floor + 0.5} className="stroke-line" />
        {markers.map((marker, i) => {
          const at = x(marker.at * 1000);
          const label = labels[i];
          return (
            <g key={marker.label}>
              <line x1={at} x2={at} y2={floor} className="stroke-bad" strokeDasharray="3 3" />
              {label && (
                <text
                  x={label.x}
                  y={14 + label.row * 14}
                  textAnchor={label.anchor}
                  className="fill-bad stroke-panel stroke-3 text-[11px] [paint-order:stroke]"
                >
                  {label.text}
                </text>
              )}
            </g>
          );
        })}
        {ticks.map((tick) => {
          const at = x(tick);
          return at > 20 && at < width - 20 ? (
            <text key={tick.getTime()} x={at} y={height - 4} textAnchor="middle" className="fill-ink-3 text-[11px]">
              {writeTick(tick)}
            </text>
          ) : null;
        })}
        <text x={8} y={14} className="fill-ink-3 text-[11px]">
          {peakText}
        </text>
      </svg>
      {onRange !== undefined && width > 0 && (
        <>
          <div
            className="absolute top-0 cursor-grab border-x border-accent bg-accent/8"
            style={{ left, width: Math.max(2, right - left), height: floor }}
          />
          {(['from', 'to'] as const).map((grip) => (
            <div
              key={grip}
              role="slider"
              tabIndex={0}
              aria-label={grip === 'from' ? 'Start of the range' : 'End of the range'}
              aria-valuemin={extent.from}
              aria-valuemax={extent.to}
              aria-valuenow={Math.round(shown[grip])}
              aria-valuetext={new Date(shown[grip] * 1000).toISOString().slice(0, 16).replace('T', ' ')}
              onKeyDown={nudge(grip)}
              className="absolute top-0 w-3 -translate-x-1/2 cursor-ew-resize rounded focus-visible:outline-2 focus-visible:outline-accent"
              style={{ left: Math.min(width - 5, Math.max(5, grip === 'from' ? left : right)), height: floor }}
            >
              <span className="absolute top-1/2 left-1/2 h-5 w-1.5 -translate-1/2 rounded-full bg-accent" />
            </div>
          ))}
        </>
      )}
    </div>
  );
}

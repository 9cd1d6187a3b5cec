import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

export interface SparklineProps {
  readonly values: readonly number[];
  /** In words, for those who do not see it. */
  readonly label: string;
  /** The top of the scale; the largest value when left out. */
  readonly peak?: number;
}

const WIDTH = 240;
const HEIGHT = 28;

/** A line over the range, as wide as its cell. From zero, so that a flat service looks flat. */
export function Sparkline({ values, label, peak = Math.max(...values, 0) }: SparklineProps) {
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [1, WIDTH - 1]);
  const y = scaleLinear([0, peak || 1], [HEIGHT - 2, 3]);
  const shape = { x: (_: number, i: number) => x(i), y: (value: number) => y(value) };
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="block h-7 w-full"
    >
      <path d={area<number>(shape.x, HEIGHT, shape.y).curve(curveMonotoneX)(values) ?? ''} className="fill-accent/8" />
      <path
        d={line<number>(shape.x, shape.y).curve(curveMonotoneX)(values) ?? ''}
        className="fill-none stroke-accent"
        strokeWidth={1.4}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

import { utcFormat } from 'd3-time-format';

const day = utcFormat('%-d %b %Y');
const moment = utcFormat('%-d %b %Y, %H:%M');

/** `19 Feb 2027`; UTC, as everywhere in Strata. */
export const writeDate = (seconds: number): string => day(new Date(seconds * 1000));

/** `21 Nov 2026, 07:40`; UTC. */
export const writeMoment = (seconds: number): string => moment(new Date(seconds * 1000));

import { useEffect, useState } from 'react';

const LATE_MS = 5_000;

/** Whether something has been going on for so long that a word about it is due. */
export function useLate(going: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!going) return;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, [going]);
  return late;
}

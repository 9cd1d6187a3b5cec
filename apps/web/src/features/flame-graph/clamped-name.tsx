import { useId, useLayoutEffect, useRef, useState } from 'react';

/** Four lines of 20 px. */
const CLAMPED_PX = 80;

/** A name in at most four lines, and a button for the rest of a longer one. Below the width of a tablet the sheet's title shows it. */
export function ClampedName({ name }: { readonly name: string }) {
  const [whole, setWhole] = useState(false);
  const [isLong, setIsLong] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = heading.current!;
    const measure = () => setIsLong(element.scrollHeight > CLAMPED_PX);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return (
    <>
      <h2
        ref={heading}
        id={id}
        className={`font-mono text-[13px] leading-5 font-semibold wrap-anywhere max-lg:sr-only ${whole ? '' : 'line-clamp-4'}`}
      >
        {name}
      </h2>
      {isLong && (
        <button
          type="button"
          aria-expanded={whole}
          aria-controls={id}
          className="mt-1 rounded text-[12px] text-ink-2 underline decoration-line-strong underline-offset-2 hover:text-ink focus-visible:outline-2 focus-visible:outline-accent max-lg:hidden"
          onClick={() => setWhole(!whole)}
        >
          {whole ? 'Show less' : 'Show all'}
        </button>
      )}
    </>
  );
}

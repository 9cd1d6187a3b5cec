import { maskNames, unmaskNames } from './cpp-operators.ts';

const ELLIPSIS = '…';

/**
 * `int ns::Class<T>::run(int) const` → `ns::Class::run`: what stands in angle or round brackets and the type that is
 * returned left out, but for the receiver of a Go method, `net/http.(*conn).serve`, and the type of a Rust method,
 * `<Vec<T> as Extend<T>>::extend` → `Vec::extend`.
 */
export function withoutArguments(full: string): string {
  return unmaskNames(plainOf(maskNames(full)));
}

/** `withoutArguments` of a name and for a name with its operators masked. */
function plainOf(full: string): string {
  const line = LINE.exec(full)?.[0] ?? '';
  if (line !== '') return plainOf(full.slice(0, -line.length)) + line;
  // Type arguments of Go: `sort[go.shape.int]`; `[libc.so.6]` is a file.
  const name = full.replaceAll(/(?<=\w)\[[^[\]]+\]/g, '');
  if (!/[(<]/.test(name) || name.startsWith('(')) return name;
  if (name.startsWith('<')) return methodOf(name);
  let depth = 0;
  let kept = '';
  /** Where in `kept` the name begins, behind the type it returns; −1 once its parameters have come. */
  let begin = DOTTED.test(name) ? -1 : 0;
  for (let i = 0; i < name.length; i++) {
    const c = name[i]!;
    const arrow = c === '>' && (name[i - 1] === '-' || name[i - 1] === '=');
    if (c === '(' || c === '<') {
      if (depth === 0 && (name.startsWith('(anonymous', i) || name[i - 1] === '.')) return name;
      if (depth === 0 && c === '(' && begin >= 0) {
        const inner = declarator(name, i);
        if (inner !== null) return plainOf(inner);
        if (/[^\s:]$/.test(name.slice(0, i)) && !/\b(?:decltype|noexcept)$/.test(kept)) {
          if (!THUNK.test(kept.slice(0, begin))) kept = kept.slice(begin);
          begin = -1;
        }
      }
      depth++;
    } else if ((c === ')' || c === '>') && !arrow) depth = Math.max(0, depth - 1);
    else if (depth === 0 && name.startsWith('{lambda(', i)) {
      const end = closing(name, i, '{', '}');
      if (end < 0) return name;
      kept += `{lambda${/#\d+\}$/.exec(name.slice(i, end + 1))?.[0] ?? '}'}`;
      i = end;
    } else if (depth === 0) {
      kept += c;
      if (c === ' ' && begin >= 0) begin = kept.length;
    }
  }
  // `slice::<impl [T]>::sort` leaves two qualifiers without a name between them.
  return depth === 0 ? kept.replaceAll('::::', '::').replaceAll(QUALIFIERS, '').trim() || name : name;
}

/** Before the first bracket of a name of Go, Java or Node, and of none of C++. */
const DOTTED = /^[^(<:]*\./;
/** What a demangler writes before a name that is no type. */
const THUNK = / (?:to|for) $/;
/** Of a member function, behind its parameters. */
const QUALIFIERS = /(?:\s+(?:const|volatile|noexcept|&&?))+(?=$|::)/g;

/** `int (*make(char))(double)`, at its first bracket → `make(char)`; `null` where that is not what it is. */
function declarator(name: string, open: number): string | null {
  const end = closing(name, open, '(', ')');
  if (name[open - 1] !== ' ' || name[end + 1] !== '(') return null;
  return /^(?:[\w:]+::)?[*&]+\s*(.*\(.*)$/s.exec(name.slice(open + 1, end))?.[1] ?? null;
}

/** Index of the bracket that closes the one at `open`, or −1. */
function closing(name: string, open: number, opening: string, closed: string): number {
  let depth = 0;
  for (let i = open; i < name.length; i++) {
    if (name[i] === opening) depth++;
    else if (name[i] === closed && --depth === 0) return i;
  }
  return -1;
}

/** `<Type as Trait>::method` → `Type::method`; the name itself where that is not what it is. */
function methodOf(name: string): string {
  let depth = 0;
  let as = -1;
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '<') depth++;
    else if (name[i] === '>' && name[i - 1] !== '-' && --depth === 0) {
      const type = name.slice(1, as < 0 ? i : as);
      const rest = name.slice(i + 1);
      return rest.startsWith('::') && /^[\w:]+(<.*)?$/.test(type) ? plainOf(`${type}${rest}`) : name;
    } else if (depth === 1 && as < 0 && name.startsWith(' as ', i)) as = i;
  }
  return name;
}

/** What Rust and Go name functions without a name: they say nothing without what they are in. */
const CLOSURE = /(?:::\{\{closure\}\}|\.(?:func|deferwrap|gowrap)\d+(?:\.\d+)*)+$/;

/** A source file or a library: its last dot is not between a name and what it is in. */
const FILE =
  /^(?:[^()<>:\s]*\/)?[^()<>:\s/]+\.(?:[chsS]|cc|cpp|cxx|c\+\+|hh|hpp|hxx|inl|ipp|tcc|rs|go|js|ts|py|java|so(?:\.\d+)*)$/;
/** Where frames are lines: `checkout:34`. */
const LINE = /:\d+$/;

/** `feed::Scorer::dot` → `dot`, `sort_by::{{closure}}` as it is, `net/http.(*conn).serve` → `serve`, `java.util.HashMap.get` → `get`. */
export function lastComponent(name: string): string {
  return unmaskNames(lastOf(maskNames(name)));
}

function lastOf(name: string): string {
  // A regular expression of JavaScript: its dots part nothing.
  if (/'.*'/.test(name)) return name;
  if (FILE.test(name)) return name.slice(name.lastIndexOf('/') + 1);
  const line = LINE.exec(name)?.[0] ?? '';
  if (line !== '') return lastOf(name.slice(0, -line.length)) + line;
  const plain = plainOf(name);
  const closure = CLOSURE.exec(plain)?.[0] ?? '';
  if (closure !== '') return lastOf(plain.slice(0, -closure.length)) + closure;
  const cut = Math.max(plain.lastIndexOf('::') + 1, plain.lastIndexOf('.'), plain.lastIndexOf('/'));
  const last = plain.slice(cut + 1);
  return cut > 0 && /[\p{L}_$]/u.test(last) ? last : plain;
}

/**
 * Fits function names into boxes without measuring text per box: widths are sums of advances measured once per
 * character (kerning is ignored, less than a pixel at this size). A name that does not fit loses its arguments first,
 * then its qualifiers, and only then its end.
 */
export class LabelFitter {
  readonly #names: readonly string[];
  readonly #measure: (character: string) => number;
  readonly #advance = new Map<string, number>();
  readonly #ascii = new Float32Array(128);
  readonly #forms: (readonly { readonly text: string; readonly width: number }[])[] = [];

  constructor(names: readonly string[], measure: (character: string) => number) {
    this.#names = names;
    this.#measure = measure;
  }

  /** The text for `room` pixels; `''` when not even three characters fit. */
  fit(functionRow: number, room: number): string {
    if (room < this.#width('i') * 3) return '';
    let forms = this.#forms[functionRow];
    if (forms === undefined) {
      const name = this.#names[functionRow]!;
      forms = [...new Set([name, withoutArguments(name), lastComponent(name)])].map((text) => ({
        text,
        width: this.#textWidth(text),
      }));
      this.#forms[functionRow] = forms;
    }
    for (const form of forms) if (form.width <= room) return form.text;
    return this.#cut(forms[forms.length - 1]!.text, room);
  }

  #cut(text: string, room: number): string {
    let used = this.#width(ELLIPSIS);
    let length = 0;
    for (const character of text) {
      used += this.#width(character);
      if (used > room) break;
      length += character.length;
    }
    return length < 3 ? '' : text.slice(0, length) + ELLIPSIS;
  }

  #textWidth(text: string): number {
    let width = 0;
    for (const character of text) width += this.#width(character);
    return width;
  }

  #width(character: string): number {
    const code = character.length === 1 ? character.charCodeAt(0) : 128;
    if (code < 128) {
      const known = this.#ascii[code]!;
      if (known > 0) return known;
      const measured = this.#measure(character);
      this.#ascii[code] = measured;
      return measured;
    }
    let known = this.#advance.get(character);
    if (known === undefined) {
      known = this.#measure(character);
      this.#advance.set(character, known);
    }
    return known;
  }
}

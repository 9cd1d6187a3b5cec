import type { NameStyle } from '@strata/profile';

/** Operators by length, so that `<<` is tried before `<`. */
const OPERATORS = [
  ...['->*', '<=>', '<<=', '>>='],
  ...['()', '[]', '->', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '++', '--'],
  ...['+=', '-=', '*=', '/=', '%=', '^=', '&=', '|='],
  ...['+', '-', '*', '/', '%', '^', '&', '|', '~', '!', '=', '<', '>', ','],
];
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '<': '>', '{': '}', '[': ']' };
const WORD = /[\w$]/;
/** What a demangler writes before the name of what something belongs to. */
const PREFIX =
  /^(?:(?:non-virtual|virtual|covariant return) thunk to|(?:construction )?vtable for|VTT for|typeinfo(?: name)? for|guard variable for|TLS (?:init|wrapper) function for|transaction clone for|reference temporary(?: #\d+)? for) /;
/** Of a member function, behind its parameters. */
const QUALIFIERS = /^(?: const| volatile| noexcept| &&?)+(?![\w&])/;
/** Dots part packages in Go, Java and Python; C++ has none before its first bracket. */
const DOTTED = /^[^(<:\s]*\./;

/**
 * A demangled name of C++ or Rust in fewer words: `no-parameters` leaves out parameters, what they qualify and the type that is
 * returned, `no-templates` template arguments as well. Names of other languages, and what cannot be understood, stay as
 * they are.
 *
 *     void std::sort<int*>(int*, int*)                → std::sort<int*>                        → std::sort
 *     <alloc::vec::Vec<u8> as io::Write>::write       → the same                               → <alloc::vec::Vec as io::Write>::write
 */
export function shortenName(name: string, style: NameStyle): string {
  if (style === 'full' || !/[(<]/.test(name) || name.startsWith('[') || DOTTED.test(name)) return name;
  const prefix = PREFIX.exec(name)?.[0] ?? '';
  const short = new Shortener(name.slice(prefix.length), style === 'no-templates').run();
  return short === null || short === '' ? name : prefix + short;
}

/** One name on its way through; at every step `#at` is outside of all brackets. */
class Shortener {
  readonly #name: string;
  readonly #dropTemplates: boolean;
  #at = 0;
  #out = '';
  /** Where in `#out` the name itself begins, behind the type it returns. */
  #begin = 0;
  #hasParameters = false;

  constructor(name: string, dropTemplates: boolean) {
    this.#name = name;
    this.#dropTemplates = dropTemplates;
  }

  /** `null` when brackets do not match. */
  run(): string | null {
    while (this.#at < this.#name.length) {
      const c = this.#name[this.#at]!;
      if (isOperator(this.#name, this.#at)) this.#operator();
      else if (c === ' ') this.#space();
      else if (CLOSING[c] === undefined) this.#copy(1);
      else {
        const end = closingOf(this.#name, this.#at);
        if (end < 0) return null;
        if (c === '(' && this.#isDeclarator(end)) {
          const inner = this.#name.slice(this.#at + 1, end).replace(/^[^*&]*[*&]+\s*/, '');
          return new Shortener(inner, this.#dropTemplates).run();
        }
        this.#group(c, end + 1);
      }
    }
    return this.#out.trim();
  }

  #copy(length: number): void {
    this.#out += this.#name.slice(this.#at, this.#at + length);
    this.#at += length;
  }

  /** Before the parameters a space ends a part of the returned type; behind them stands what is kept, such as `[clone .cold]`. */
  #space(): void {
    this.#copy(1);
    if (!this.#hasParameters) this.#begin = this.#out.length;
  }

  #group(open: string, end: number): void {
    const text = this.#name.slice(this.#at, end);
    const last = this.#out.at(-1) ?? ' ';
    if (open === '{') {
      this.#at = end;
      // The parameters of a lambda; its number tells it from others.
      this.#out += text.replace(/^\{lambda\(.*\)(#\d+)?\}$/s, '{lambda$1}');
    } else if (open === '(' && last !== ' ' && last !== ':' && !/(^|\W)(decltype|typeof|noexcept)$/.test(this.#out)) {
      this.#parameters(end);
    } else if (open === '<' && this.#dropTemplates) this.#templates(text, last, end);
    else this.#copy(text.length);
  }

  #parameters(end: number): void {
    if (!this.#hasParameters) this.#out = this.#out.slice(this.#begin);
    this.#hasParameters = true;
    this.#at = end + (QUALIFIERS.exec(this.#name.slice(end))?.[0].length ?? 0);
  }

  #templates(text: string, last: string, end: number): void {
    this.#at = end;
    if (last !== ' ' && last !== ':') return;
    const inner = withoutGenerics(text.slice(1, -1));
    const isMethod = / (as|for) |^(impl|dyn) /.test(inner);
    // Rust: `<Type as Trait>::f` and `<impl Trait>::f` need their brackets, `<Type>::f` does not, and `f::<T>` is a generic.
    if (isMethod) this.#out += `<${inner}>`;
    else if (last === ':') this.#out = this.#out.replace(/::$/, '');
    else if (/^[\w:$]+$/.test(inner)) this.#out += inner;
    else this.#out += `<${inner}>`;
  }

  #operator(): void {
    const rest = this.#name.slice(this.#at + 'operator'.length);
    const literal = /^ ?"" ?\w+|^ (?:new|delete)(?:\[\])?(?!\w)|^ co_await/.exec(rest)?.[0];
    const symbol = OPERATORS.find((each) => rest.startsWith(each) && /^($|[(< [:])/.test(rest.slice(each.length)));
    if (literal !== undefined) this.#copy('operator'.length + literal.length);
    else if (symbol !== undefined) {
      this.#copy('operator'.length + symbol.length);
      // `operator< <int>` has a space only to be told from `operator<<`.
      if (this.#name.startsWith(' <', this.#at)) this.#at += 1;
      this.#templatesOfOperator();
    } else this.#conversion(rest);
  }

  /** Behind an operator that ends in a bracket, a bracket is still one of arguments. */
  #templatesOfOperator(): void {
    if (this.#name[this.#at] !== '<') return;
    const end = closingOf(this.#name, this.#at);
    if (end < 0) return;
    if (this.#dropTemplates) this.#at = end + 1;
    else this.#copy(end + 1 - this.#at);
  }

  /** `operator char const*() const`: the type goes up to the last brackets, which are the parameters. */
  #conversion(rest: string): void {
    let end = -1;
    for (let i = 0; i < rest.length; i++) {
      if (CLOSING[rest[i]!] === undefined) continue;
      const close = closingOf(rest, i);
      if (close < 0) break;
      if (rest[i] === '(') {
        end = i;
        const behind = rest.slice(close + 1);
        if (behind === '' || /^( const| volatile| &|::|\[| \[)/.test(behind)) break;
      }
      i = close;
    }
    if (end < 0) end = rest.length;
    const type = rest.slice(0, end);
    this.#out += `operator${this.#dropTemplates ? withoutGenerics(type) : type}`;
    this.#at += 'operator'.length + end;
  }

  /** `int (*make(char))(double)`: of a function that returns a pointer to one, the name is within the first brackets. */
  #isDeclarator(end: number): boolean {
    if (this.#hasParameters || this.#out.at(-1) !== ' ' || this.#name[end + 1] !== '(') return false;
    return /^\((?:[\w:]+::)?[*&]+.*\(/s.test(this.#name.slice(this.#at, end));
  }
}

/** `Vec<T> as Extend<T>` → `Vec as Extend`: what stands in angle brackets behind a word or `::`. */
function withoutGenerics(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const end = text[i] === '<' && /[\w$:]$/.test(out) ? closingOf(text, i) : -1;
    if (end < 0) out += text[i];
    else {
      out = out.replace(/::$/, '');
      i = end;
    }
  }
  return out;
}

function isOperator(name: string, at: number): boolean {
  return (
    name.startsWith('operator', at) &&
    !WORD.test(name[at - 1] ?? ' ') &&
    !WORD.test(name[at + 'operator'.length] ?? ' ')
  );
}

/** Index of the bracket that closes the one at `open`, or −1. Signs of comparison and arrows are no brackets. */
function closingOf(name: string, open: number): number {
  const waiting: string[] = [];
  for (let i = open; i < name.length; i++) {
    if (isOperator(name, i)) {
      i += 'operator'.length - 1;
      const rest = name.slice(i + 1);
      const symbol = OPERATORS.find((each) => rest.startsWith(each) && /^($|[(< [:,>)])/.test(rest.slice(each.length)));
      i += symbol?.length ?? 0;
      continue;
    }
    const c = name[i]!;
    if (CLOSING[c] !== undefined) waiting.push(CLOSING[c]);
    else if (c === '>') {
      if (name[i - 1] !== '-' && name[i - 1] !== '=' && waiting.at(-1) === '>') waiting.pop();
    } else if (c === ')' || c === '}' || c === ']') {
      // `(a<b)`: what looked like a bracket was a comparison.
      while (waiting.at(-1) === '>' && waiting.length > 1) waiting.pop();
      if (waiting.pop() !== c) return -1;
    }
    if (waiting.length === 0) return i;
  }
  return -1;
}

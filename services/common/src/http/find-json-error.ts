/** Position of a JSON syntax error: zero-based offset in UTF-16 units, with line and column counted from 1. */
export interface JsonErrorPlace {
  readonly position: number;
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/**
 * Finds the first syntax error in a text that `JSON.parse` refused. JSON.parse's own message names a position only for
 * some errors, and quotes the body. Nesting uses memory, not stack.
 */
export function findJsonError(text: string): JsonErrorPlace {
  const position = scan(text);
  const before = text.slice(0, position);
  const lines = before.split('\n');
  return { position, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function scan(text: string): number {
  const closers: string[] = [];
  let at = skip(SPACE, text, 0);
  for (;;) {
    // A value begins at `at`.
    const first = text[at];
    if (first === '[' || first === '{') {
      const closer = first === '[' ? ']' : '}';
      at = skip(SPACE, text, at + 1);
      if (text[at] !== closer) {
        closers.push(closer);
        if (closer === '}') {
          const key = scanKey(text, at);
          if (!key.ok) return key.at;
          at = key.at;
        }
        continue;
      }
      at += 1;
    } else {
      const value = first === '"' ? scanString(text, at) : scanScalar(text, at);
      if (!value.ok) return value.at;
      at = value.at;
    }
    // A value has ended at `at`: close nested values, then move to the next one.
    at = skip(SPACE, text, at);
    while (closers.length > 0 && text[at] === closers.at(-1)) {
      closers.pop();
      at = skip(SPACE, text, at + 1);
    }
    if (closers.length === 0 || text[at] !== ',') return at;
    at = skip(SPACE, text, at + 1);
    if (closers.at(-1) === '}') {
      const key = scanKey(text, at);
      if (!key.ok) return key.at;
      at = key.at;
    }
  }
}

interface Scanned {
  readonly ok: boolean;
  readonly at: number;
}

function scanKey(text: string, start: number): Scanned {
  if (text[start] !== '"') return { ok: false, at: start };
  const key = scanString(text, start);
  if (!key.ok) return key;
  const colon = skip(SPACE, text, key.at);
  return text[colon] === ':' ? { ok: true, at: skip(SPACE, text, colon + 1) } : { ok: false, at: colon };
}

function scanString(text: string, start: number): Scanned {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return { ok: true, at: at + 1 };
    if (code < FIRST_PRINTABLE) break;
    if (code === BACKSLASH) {
      const end = skip(ESCAPE, text, at);
      if (end === at) break;
      at = end - 1;
    }
  }
  return { ok: false, at };
}

function scanScalar(text: string, start: number): Scanned {
  const end = skip(SCALAR, text, start);
  return { ok: end > start, at: end };
}

function skip(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

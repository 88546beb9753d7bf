/** HTML that is safe to show as it is: made by {@link html} alone. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template may contain: text, which is escaped, or parts that are HTML already. `undefined` is nothing. */
export type Part = string | number | Markup | readonly (Markup | undefined)[] | undefined;

/** Template of HTML. Every value is escaped unless it came from such a template itself, so text of a film can never become a tag. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.reduce((sum, text, place) => sum + textOf(parts[place - 1]) + text));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map((each) => each ?? '').join('');
  return escaped(String(part));
}

/** Text as it is written between tags, or in a quoted attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnswerFacts, renderFacts } from './render/foot.ts';
import { html, type Markup } from './render/html.ts';
import type { Root } from './render/links.ts';
import { siteTitle } from './render/titles.ts';

/** What differs between pages. */
export interface PageContent {
  readonly root: Root;
  /** Before the name of the site in the title; undefined: the name alone. */
  readonly title: string | undefined;
  readonly main: Markup;
  /** Undefined where nothing was answered. */
  readonly facts: AnswerFacts | undefined;
}

/** Fills a page. */
export type FillPage = (content: PageContent) => string;

/** The page without style and script, for where it was not built: it works the same. */
const BARE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{title}}</title></head>
<body>{{body}}</body>
</html>
`;

/** Reads the built page, into which each answer is put. */
export function readTemplate(directory: string): FillPage {
  const template = readBuilt(directory) ?? BARE;
  return ({ root, title, main, facts }) => {
    const values: Readonly<Record<string, Markup>> = {
      title: html`${siteTitle(title)}`,
      body: html`${header(root)}${main}${footer(root, facts)}`,
    };
    return template
      .replace(/(?<=(?:src|href)=")\.\//g, root)
      .replace(/\{\{(title|body)\}\}/g, (_, name: string) => String(values[name]));
  };
}

function readBuilt(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function header(root: Root): Markup {
  return html`<a class="skip" href="#main">Skip to the content</a>
<header class="site"><a class="wordmark" href="${root}">Caudal <b>films</b></a>
<nav aria-label="Site"><a href="${root}docs">API</a><button type="button" class="theme" id="theme" hidden>Theme: auto</button></nav></header>
`;
}

function footer(root: Root, facts: AnswerFacts | undefined): Markup {
  return html`
<footer class="site-foot"><p id="facts">${facts === undefined ? undefined : renderFacts(facts)}</p>
<p>Films from Wikidata, CC0. The posters are drawn from title, year and genre. <a href="${root}docs">The same by HTTP</a></p></footer>
`;
}

import type { Problem } from './api.ts';

/** Why a request failed, for a person. */
export interface Failure {
  /** Of the whole request; undefined if all of it is said at the fields. */
  readonly text: string | undefined;
  /** By field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Status of the answer; undefined without an answer. */
  readonly status: number | undefined;
}

/** A failure without an answer: whether the server has done what was asked is unknown. */
export const NO_ANSWER: Failure = { text: 'The shop does not answer.', fields: {}, status: undefined };

/**
 * Reads an error answer.
 * @param body its JSON; anything where it is no problem document
 * @param shown fields that the page shows a text at: problems of others are part of the text of all
 */
export function failureOf(status: number, body: unknown, shown: readonly string[] = []): Failure {
  if (!isProblem(body)) return { text: `The shop answered ${status}.`, fields: {}, status };
  const errors = body.errors ?? [];
  const at = errors.filter(({ field }) => shown.includes(field));
  const others = errors.filter(({ field }) => !shown.includes(field));
  const isAllShown = at.length > 0 && others.length === 0;
  const rest = others.map(({ field, reason }) => sentence(`${field || 'The request'} ${reason}`));
  return {
    text: isAllShown ? undefined : at.length > 0 ? rest.join(' ') : body.detail,
    fields: Object.fromEntries(at.map(({ field, reason }) => [field, sentence(`It ${reason}`)])),
    status,
  };
}

/** Whether the request may have had its effect: without an answer, or when the server itself does not know. */
export function isUnknown({ status }: Failure): boolean {
  return status === undefined || status >= 500;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string';
}

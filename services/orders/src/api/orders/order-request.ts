import type { ProblemError } from '@caudal/common/http';
import { z } from 'zod';
import type { Catalogue, Game } from '../../catalogue/index.ts';
import { LANGUAGES, type Language } from '../../domain/records.ts';
import { PROBLEMS } from '../problems.ts';
import { problemOfAddress } from './address.ts';
import { type FieldProblem, fieldsProblem, problemsOf } from './field-problems.ts';

/** An order as it was asked for, valid. */
export interface RequestedOrder {
  readonly game: Game;
  readonly email: string;
  readonly language: Language;
}

/** Language of an order that names none: that of the shop's first customers. */
const DEFAULT_LANGUAGE: Language = 'es';

/** Body of `POST /orders`. What depends on the catalogue or the settings is checked by {@link createRequestReader}. */
export const orderRequestSchema = z.strictObject({
  row: z.int().optional().meta({ description: "The game's row in the catalogue, from 1." }),
  gameId: z.int().optional().meta({ description: "The game's id. Send either row or gameId." }),
  email: z.string().meta({ description: 'Where the mails about the order go.' }),
  language: z
    .enum(LANGUAGES, `must be one of ${LANGUAGES.join(', ')}`)
    .default(DEFAULT_LANGUAGE)
    .meta({ description: 'Language of the mails.' }),
});

/** Settings of {@link createRequestReader}. */
export interface RequestReaderOptions {
  readonly catalogue: Catalogue;
  /** Matches the addresses that mail may be sent to. */
  readonly allowedRecipients: RegExp;
  /** Address of orders by the form, which has none. */
  readonly defaultEmail: string;
}

/** Reads what requests ask for. */
export interface RequestReader {
  /** Reads the JSON body of a request. @throws ProblemError `invalid-order` with the problem of each field */
  fromJson(value: unknown): RequestedOrder;
  /** Reads the fields of a form: `value` is a row. @throws ProblemError `invalid-order` */
  fromForm(form: URLSearchParams): RequestedOrder;
}

/** Creates a reader that accepts what the catalogue has and what the settings allow. */
export function createRequestReader({
  catalogue,
  allowedRecipients,
  defaultEmail,
}: RequestReaderOptions): RequestReader {
  const rows = `it has ${catalogue.size} games, whose rows count up from 1`;

  const findGame = (row: number | undefined, gameId: number | undefined): Game | FieldProblem => {
    if (row !== undefined && gameId !== undefined)
      return { field: 'gameId', reason: 'must not be sent with row: choose one of them' };
    if (row !== undefined)
      return catalogue.byRow(row) ?? { field: 'row', reason: `${row} is not in the catalogue: ${rows}` };
    if (gameId !== undefined)
      return (
        catalogue.byId(gameId) ?? {
          field: 'gameId',
          reason: `${gameId} is not in the catalogue: GET /games finds games`,
        }
      );
    return { field: 'row', reason: 'is required, or gameId' };
  };

  return {
    fromJson(value) {
      const parsed = orderRequestSchema.safeParse(value);
      if (!parsed.success) throw invalid(problemsOf(value, parsed.error.issues));
      const { row, gameId, email, language } = parsed.data;
      const game = findGame(row, gameId);
      const addressProblem = problemOfAddress(email, allowedRecipients);
      if (!('reason' in game) && addressProblem === undefined) return { game, email, language };
      throw invalid([
        ...('reason' in game ? [game] : []),
        ...(addressProblem === undefined ? [] : [{ field: 'email', reason: addressProblem }]),
      ]);
    },
    fromForm(form) {
      const fields = Array.from(form.keys());
      const refuse = (field: string, reason: string) => invalid([{ field, reason }]);
      const unknown = fields.find((field) => field !== 'value');
      if (unknown !== undefined)
        throw refuse(unknown.slice(0, MAX_SHOWN_LENGTH), 'is not a field of this form: send value alone');
      if (fields.length !== 1) throw refuse('value', 'must be sent once: a row of the catalogue');
      const text = form.get('value') ?? '';
      if (!WHOLE_NUMBER.test(text)) throw refuse('value', `must be a whole number, such as 87: ${rows}`);
      const game = catalogue.byRow(Number(text));
      if (!game) throw refuse('value', `${text} is not in the catalogue: ${rows}`);
      return { game, email: defaultEmail, language: DEFAULT_LANGUAGE };
    },
  };
}

function invalid(errors: readonly FieldProblem[]): ProblemError {
  return fieldsProblem(
    PROBLEMS['invalid-order'],
    errors,
    'Nothing was ordered; fix it and send the request again.',
  );
}

const MAX_SHOWN_LENGTH = 64;
/** Short enough to be exact as a number. */
const WHOLE_NUMBER = /^\d{1,15}$/;

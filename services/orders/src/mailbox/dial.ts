import { z } from 'zod';

/**
 * What the mailbox does with a mail that it has read completely: `accept` it; `refuse` it for now (451); `reject` it permanently (550);
 * `hang`: store it, and never answer; `drop`: store it, and close the connection in place of the answer.
 */
export const DIAL_MODES = ['accept', 'refuse', 'reject', 'hang', 'drop'] as const;

/** One of {@link DIAL_MODES}. */
export type DialMode = (typeof DIAL_MODES)[number];

/** Body of `PUT /api/dial`: a mode for the next `count` mails, or until the next change. */
export const DIAL_SETTING = z.strictObject({
  mode: z.enum(DIAL_MODES),
  count: z.int().min(1).max(1_000_000).optional(),
});

/** A setting of the dial. */
export type DialSetting = z.infer<typeof DIAL_SETTING>;

/** Decides for each mail what is done with it. */
export class Dial {
  #setting: DialSetting = { mode: 'accept' };

  set(setting: DialSetting): void {
    this.#setting = setting;
  }

  /** The current setting; its `count` is what remains. */
  get setting(): DialSetting {
    return this.#setting;
  }

  /** Takes the mode for one mail. */
  next(): DialMode {
    const { mode, count } = this.#setting;
    if (count !== undefined) this.#setting = count > 1 ? { mode, count: count - 1 } : { mode: 'accept' };
    return mode;
  }
}

/** A missing prerequisite; the message says what and how to get it, so it is shown without a stack. */
export class PrerequisiteError extends Error {
  override readonly name = 'PrerequisiteError';
}

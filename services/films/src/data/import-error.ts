/** An import cannot be done, which is not for the database to answer for. The message says why. */
export class ImportError extends Error {
  override readonly name: string = 'ImportError';
}

/** Films cannot be read from a file. The message names it, and says why. */
export class FilmsFileError extends ImportError {
  override readonly name = 'FilmsFileError';
}

/** Another import is running in this database. */
export class ImportRunningError extends ImportError {
  override readonly name = 'ImportRunningError';

  constructor() {
    super('another import is running: wait until it has ended');
  }
}

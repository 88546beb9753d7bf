/** k6 has a console, which its type package leaves to the DOM's types. */
declare const console: { warn(message: string): void };

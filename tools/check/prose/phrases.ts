/** A phrase that this repository does not use, and what it writes instead. */
export interface Phrase {
  /** As a reader would name it. */
  readonly phrase: string;
  /** Better words, for the person who has to change the line. */
  readonly instead: string;
  /** What is looked for; without it the phrase itself, as whole words, across a line break too. */
  readonly pattern?: string;
}

/**
 * Words that read as translated, or that hide the field's own term behind a metaphor. A phrase belongs here only if there
 * is no sentence in which it would be the best choice.
 */
export const PHRASES: readonly Phrase[] = [
  { phrase: 'of yours', instead: '"your own", "your"' },
  { phrase: 'of ours', instead: '"our", or name it' },
  { phrase: 'of theirs', instead: '"their own"' },
  { phrase: 'somebody', instead: '"someone", or name the role: a client, another process' },
  { phrase: 'nobody', instead: '"no one", or the passive: "is not used"' },
  { phrase: 'so many', instead: 'the number: "at most N", "N messages"' },
  { phrase: 'so long', instead: 'the time: "for N ms", "latency"' },
  { phrase: 'the door', instead: '"ingest", "the ingest API"', pattern: String.raw`(?:the|a|our)\s+door` },
  {
    phrase: 'door to store',
    instead: '"end-to-end latency"',
    pattern: String.raw`door\s+to\s+store`,
  },
  {
    phrase: 'goes on',
    instead: '"continues", "resumes", "keeps running"',
    pattern: String.raw`(?:go|goes|went|going)\s+on(?![\s-]*(?:top|the|a|port))`,
  },
  {
    phrase: 'by itself',
    instead: '"automatically", "on its own"',
    pattern: String.raw`by\s+(?:itself|themselves)`,
  },
  { phrase: 'tells', instead: '"says", "reports", "returns"', pattern: 'tells|told' },
  { phrase: 'for ever', instead: '"indefinitely", "forever"' },
  { phrase: 'anew', instead: '"again", "from scratch"' },
  { phrase: 'mend', instead: '"fix", "repair"', pattern: 'mend|mends|mended|mending' },
  { phrase: 'all the same', instead: '"anyway", "nevertheless"' },
  { phrase: 'aloud', instead: '"reports", "logs"' },
  {
    phrase: 'as it should',
    instead: 'what is expected: "correct", "bound to its exchange"',
    pattern: String.raw`as\s+(?:it|they)\s+should`,
  },
  { phrase: 'for good', instead: '"permanently"' },
  { phrase: 'from nothing', instead: '"from scratch"' },
  { phrase: 'in vain', instead: '"without effect", or the outcome: "aborted"' },
  { phrase: 'in work', instead: '"in progress"' },
  { phrase: 'laid over', instead: '"merged over", "override"' },
  { phrase: 'under way', instead: '"in progress", "in flight"' },
  { phrase: 'unharmed', instead: '"unchanged", "intact"' },
  {
    phrase: 'wins over',
    instead: '"takes precedence over", "overrides"',
    pattern: String.raw`(?:win|wins|won)\s+over`,
  },
  { phrase: 'without a word', instead: '"silently", "without an error"' },
  { phrase: 'stands elsewhere', instead: '"differs from"' },
  {
    phrase: 'is taken away',
    instead: '"is removed"',
    pattern: String.raw`(?:takes?|taken)\s+(?:\w+\s+)?away`,
  },
];

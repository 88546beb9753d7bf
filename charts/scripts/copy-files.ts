import { copiedFiles } from './copied-files.ts';
import { runGenerator } from './generated-file.ts';

runGenerator('copy-files', copiedFiles());

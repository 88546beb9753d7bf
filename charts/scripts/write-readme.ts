import { runGenerator } from './generated-file.ts';
import { readmeFile } from './readme-file.ts';

runGenerator('write-readme', [readmeFile()]);

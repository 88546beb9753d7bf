import { runGenerator } from './generated-file.ts';
import { goldenFiles } from './golden-files.ts';

runGenerator('write-golden', await goldenFiles());

export { makeTopic } from './make-topic.ts';

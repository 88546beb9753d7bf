export { type ByteBudget, createByteBudget } from './byte-budget.ts';
export { listen } from './listen.ts';
export { defineProblems, ProblemError, type ProblemType } from './problem.ts';
export { createRateLimit } from './rate-limit.ts';
export { ClientGoneError, type ReadBodyOptions, readBody } from './read-body.ts';
export { createRequestIds } from './request-id.ts';
export { createResponder } from './respond.ts';
export { createHttpServer, type HttpServer } from './server.ts';

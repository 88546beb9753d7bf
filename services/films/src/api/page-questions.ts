import type { FilmQuestions } from '../page/questions.ts';
import { available, idOf } from './handlers.ts';
import type { Answer, Answers } from './questions/answers.ts';
import {
  type Question,
  readDirectorQuestion,
  readDirectorsQuestion,
  readFilmQuestion,
  readFilmsQuestion,
} from './questions/questions.ts';

/** Answers what the page asks as the API does. */
export function createPageQuestions(answers: Answers): FilmQuestions {
  const ask = async <Body>(question: Question, given: Promise<Answer<Body>>) => {
    const answer = await available(question, given);
    return { answer: answer.body(), answeredBy: answer.answeredBy };
  };
  return {
    async searchFilms(query) {
      const question = readFilmsQuestion(query);
      return ask(question, answers.films(question));
    },
    async searchDirectors(query) {
      const question = readDirectorsQuestion(query);
      return ask(question, answers.directors(question));
    },
    async film(id, query) {
      const question = readFilmQuestion(idOf(id, 'no-such-film'), query);
      return ask(question, answers.film(question));
    },
    async director(id, query) {
      const question = readDirectorQuestion(idOf(id, 'no-such-director'), query);
      return ask(question, answers.director(question));
    },
  };
}

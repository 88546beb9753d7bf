export { type CountryCode, countryCode, countryCodes, isCountryCode } from './country.ts';
export { decodeEnvelope, type Envelope, encodeEnvelope, PoisonError } from './envelope.ts';
export { createIdentitySource, type IdentitySource, keyScope } from './identity.ts';
export { MAX_MESSAGES_PER_REQUEST, type Message, messageSchema } from './message.ts';
export { WEATHER_CLASSES, type WeatherClass, weatherClass } from './weather.ts';

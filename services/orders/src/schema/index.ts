export { createOrdersSchemas } from './create-schemas.ts';
export { DEFAULT_ROLES, type OrdersRoles } from './rights.ts';

declare module "*.sh" {
  const text: string;
  export default text;
}

declare module "*.ps1" {
  const text: string;
  export default text;
}

declare module "*.command" {
  const text: string;
  export default text;
}

declare module "*.bat" {
  const text: string;
  export default text;
}

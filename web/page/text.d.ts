// Files that the page carries as text.

declare module "*.attn" {
    const text: string;
    export default text;
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

/** The repository's root. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

const LIBRARY = join(ROOT, 'libs/resamania-auth/src');

/** A field of an interface, in the words of its JSDoc. White space is single spaces. */
export interface DocumentedField {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly sentence: string;
  /** The text of `@default`. */
  readonly default: string | undefined;
}

/** The library's sources, and whatever else is given, as the compiler sees them. */
export class Sources {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  /** @param extra - Further files by their path, relative to the root; they need not exist on disk. */
  constructor(extra: ReadonlyMap<string, string> = new Map()) {
    const { options } = readConfig();
    const files = new Map([...extra].map(([path, text]) => [join(ROOT, path), text]));
    const host = withFiles(ts.createCompilerHost(options), files);
    this.#program = ts.createProgram([join(LIBRARY, 'index.ts'), ...files.keys()], options, host);
    this.#checker = this.#program.getTypeChecker();
  }

  /** What the compiler has against a file. */
  problemsOf(path: string): string[] {
    const file = this.#program.getSourceFile(join(ROOT, path));
    if (file === undefined) return ['not found'];
    return ts.getPreEmitDiagnostics(this.#program, file).map(({ messageText, start }) => {
      const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  }

  /** The fields of an interface of the library, in their order. */
  fieldsOf(interfaceName: string): DocumentedField[] {
    const members = this.#find(interfaceName, ts.isInterfaceDeclaration).members;
    return members.filter(ts.isPropertySignature).map((member) => ({
      name: member.name.getText(),
      type: spaced(member.type?.getText() ?? 'any').replace(/ \| undefined$/, ''),
      isOptional: member.questionToken !== undefined,
      sentence: spaced(
        ts.displayPartsToString(this.#symbolOf(member).getDocumentationComment(this.#checker)),
      ),
      default: defaultOf(this.#symbolOf(member), this.#checker),
    }));
  }

  /** The words of a union of string literals, in their order. */
  wordsOf(typeName: string): string[] {
    const { type } = this.#find(typeName, ts.isTypeAliasDeclaration);
    if (!ts.isUnionTypeNode(type)) throw new Error(`${typeName} is no union`);
    return type.types.map((word) => word.getText().replaceAll("'", ''));
  }

  /** The names that the library exports, types included. */
  exportedNames(): string[] {
    return this.#exports().map(({ name }) => name);
  }

  /** What is exported without a JSDoc comment: names, and members of classes, interfaces and object types. */
  undocumented(): string[] {
    const missing = new Set<string>();
    for (const symbol of this.#exports()) {
      if (!this.#isDocumented(symbol)) missing.add(symbol.name);
      for (const member of membersOf(symbol, this.#checker)) {
        if (!this.#isDocumented(member)) missing.add(`${symbol.name}.${member.name}`);
      }
    }
    return [...missing];
  }

  #exports(): ts.Symbol[] {
    const index = this.#program.getSourceFile(join(LIBRARY, 'index.ts'));
    const module = index && this.#checker.getSymbolAtLocation(index);
    if (module === undefined) throw new Error('no index.ts');
    return this.#checker
      .getExportsOfModule(module)
      .map((symbol) =>
        symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol,
      );
  }

  #isDocumented(symbol: ts.Symbol): boolean {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim() !== '';
  }

  #symbolOf(node: ts.NamedDeclaration): ts.Symbol {
    const symbol = node.name && this.#checker.getSymbolAtLocation(node.name);
    if (symbol === undefined) throw new Error(`no symbol for ${node.getText()}`);
    return symbol;
  }

  #find<T extends ts.DeclarationStatement>(name: string, isWanted: (node: ts.Node) => node is T): T {
    for (const file of this.#program.getSourceFiles()) {
      if (!file.fileName.startsWith(LIBRARY)) continue;
      const found = file.statements.filter(isWanted).find((statement) => statement.name?.getText() === name);
      if (found !== undefined) return found;
    }
    throw new Error(`no ${name} in the library`);
  }
}

function readConfig(): ts.ParsedCommandLine {
  const path = join(ROOT, 'tsconfig.json');
  const config: { config?: unknown } = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8'));
  const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT, { noEmit: true }, path);
  if (parsed.errors.length > 0) throw new Error('tsconfig.json is invalid');
  return parsed;
}

function withFiles(host: ts.CompilerHost, files: ReadonlyMap<string, string>): ts.CompilerHost {
  return {
    ...host,
    directoryExists: (path) =>
      [...files.keys()].some((file) => file.startsWith(`${path}/`)) || ts.sys.directoryExists(path),
    fileExists: (path) => files.has(path) || host.fileExists(path),
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile: (path, options, ...rest) => {
      const text = files.get(path);
      if (text === undefined) return host.getSourceFile(path, options, ...rest);
      return ts.createSourceFile(path, text, options, true);
    },
  };
}

/** Public members that the library itself declares, those of base types included; not constructors. */
function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  const isValueOnly = (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Type)) === 0;
  if (isValueOnly) return [];
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const parts = type.isUnion() ? type.types : [type];
  const members = parts.flatMap((part) => checker.getPropertiesOfType(part));
  const statics =
    symbol.flags & ts.SymbolFlags.Class ? checker.getPropertiesOfType(checker.getTypeOfSymbol(symbol)) : [];
  return [...new Set([...members, ...statics])].filter((member) => isPublic(member));
}

function isPublic(member: ts.Symbol): boolean {
  const declarations = member.getDeclarations() ?? [];
  if (member.getJsDocTags().some(({ name }) => name === 'internal')) return false;
  return declarations.some((declaration) => {
    if (!declaration.getSourceFile().fileName.startsWith(LIBRARY)) return false;
    if (ts.isPropertySignature(declaration) && declaration.type?.getText() === 'never') return false;
    const isNamedPrivate =
      ts.isClassElement(declaration) && declaration.name?.kind === ts.SyntaxKind.PrivateIdentifier;
    const modifiers = ts.getCombinedModifierFlags(declaration);
    return !isNamedPrivate && (modifiers & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
  });
}

function defaultOf(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const tag = symbol.getJsDocTags(checker).find(({ name }) => name === 'default');
  return tag && spaced(ts.displayPartsToString(tag.text));
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

import ts from 'typescript';

import type { BuiltPackage } from './packages.js';

/** The declarations of a package's entries, as a TypeScript consumer sees them. */
export class PublicApi {
  readonly #checker: ts.TypeChecker;
  readonly #entries: ReadonlyMap<string, readonly ts.Symbol[]>;
  readonly #folder: string;

  constructor({ folder, declarations }: BuiltPackage) {
    const program = ts.createProgram([...declarations.values()], {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      types: ['node'],
    });
    this.#folder = folder;
    this.#checker = program.getTypeChecker();
    this.#entries = new Map(
      [...declarations].map(([name, path]) => [name, this.#exportsOf(program.getSourceFile(path))]),
    );
  }

  /** The names that each entry exports, by the entry's name in `exports`; `type X` for what is nothing but a type. */
  names(): Record<string, string[]> {
    const word = (symbol: ts.Symbol) =>
      this.#resolved(symbol).flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`;
    return Object.fromEntries(
      [...this.#entries].map(([name, symbols]) => [name, symbols.map(word).toSorted()]),
    );
  }

  /**
   * What the public declarations mention of the package, but no entry exports: `Mentioned in Mentioning`. The bases of an
   * interface do not count: their members are its own.
   */
  leaks(): string[] {
    const exported = new Set([...this.#entries.values()].flat().map((symbol) => this.#resolved(symbol)));
    return [...exported]
      .flatMap((symbol) =>
        [...this.#mentionedIn(symbol)]
          .filter((mentioned) => !exported.has(mentioned))
          .map((mentioned) => `${mentioned.name} in ${symbol.name}`),
      )
      .toSorted();
  }

  #exportsOf(file: ts.SourceFile | undefined): ts.Symbol[] {
    const module = file && this.#checker.getSymbolAtLocation(file);
    return module === undefined ? [] : this.#checker.getExportsOfModule(module);
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /**
   * The exported symbols of the package's files that a symbol's declarations name, themselves or by way of what a file keeps
   * for itself.
   */
  #mentionedIn(symbol: ts.Symbol): Set<ts.Symbol> {
    const found = new Set<ts.Symbol>();
    const kept = new Set([symbol]);
    const visit = (node: ts.Node): void => {
      if (ts.isHeritageClause(node) && ts.isInterfaceDeclaration(node.parent)) return;
      const named = ts.isIdentifier(node) ? this.#checker.getSymbolAtLocation(node) : undefined;
      const target = named && this.#resolved(named);
      if (target !== undefined && this.#isOwnTopLevel(target))
        (isExported(target) ? found : kept).add(target);
      ts.forEachChild(node, visit);
    };
    for (const each of kept) for (const declaration of each.declarations ?? []) visit(declaration);
    found.delete(symbol);
    return found;
  }

  #isOwnTopLevel({ declarations = [] }: ts.Symbol): boolean {
    return declarations.some((declaration) => {
      const holder = ts.isVariableDeclaration(declaration)
        ? declaration.parent.parent.parent
        : declaration.parent;
      return ts.isSourceFile(holder) && holder.fileName.startsWith(this.#folder);
    });
  }
}

function isExported({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((each) => (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Export) !== 0);
}

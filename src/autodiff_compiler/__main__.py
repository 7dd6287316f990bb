"""`python -m autodiff_compiler`."""

from autodiff_compiler.cli.main import main

if __name__ == "__main__":
    main()

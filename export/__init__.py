"""paddlelite.export: a Program goes out to the world, or comes in from it."""

if __name__ != "paddlelite.export":
    raise ImportError("this folder is the package paddlelite.export: import it by that name")

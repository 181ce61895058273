"""The sandbox's Oracle front, held to the tests of the dev server's."""

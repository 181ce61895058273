"""Tests of the dev servers, and of the support that tests of other rooms build on."""

"""The core: field tables, plan, create, read, update, delete; knows no Pulumi, HTTP or API."""

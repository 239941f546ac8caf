"""The Django site: settings, URLs, WSGI. It assembles the packages and holds no rule of its own."""

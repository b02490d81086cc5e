"""Load: many stations at once on Locust and gevent; nothing else imports either of them."""

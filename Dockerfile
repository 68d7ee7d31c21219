# One image for web, worker, beat and migrations; docker-compose.yml says which is which.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
# Files of the pages need no server and no real secret.
RUN SECRET_KEY=build DATABASE_URL=postgres://none/none REDIS_URL=redis://none python manage.py collectstatic --noinput \
    && useradd --system --no-create-home mgtrial
USER mgtrial

EXPOSE 8000
CMD ["python", "-m", "gunicorn", "mgtrial.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket"]
